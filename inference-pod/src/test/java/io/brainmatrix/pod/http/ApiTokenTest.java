package io.brainmatrix.pod.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiTokenTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path mount;

    private final AtomicLong nanos = new AtomicLong(1);

    @SuppressWarnings("NullAway.Init")
    private ApiToken token;

    @BeforeEach
    void before() {
        token = new ApiToken(mount.resolve("token"), nanos::get);
    }

    /** As the kubelet does it: a new folder, and a link to it renamed over the old one. */
    private void mount(String revision, String content) throws IOException {
        Path folder = Files.createDirectory(mount.resolve(revision));
        Files.writeString(folder.resolve("token"), content);
        Path link = Files.createSymbolicLink(mount.resolve("..data_tmp"), folder.getFileName());
        Files.move(
                link,
                mount.resolve("..data"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        if (!Files.isSymbolicLink(mount.resolve("token"))) {
            Files.createSymbolicLink(mount.resolve("token"), Path.of("..data", "token"));
        }
    }

    @Test
    void withoutAFileEveryoneIsLetIn() {
        assertThat(token.admits(null)).isTrue();
        assertThat(token.admits("Bearer anything")).isTrue();
    }

    @Test
    void withAFileItsTokenIsAskedFor() throws IOException {
        mount("..1", "secret\n");

        assertThat(token.admits("Bearer secret")).isTrue();
        assertThat(token.admits("bearer  secret ")).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "secret",
                "Bearer secre",
                "Bearer secrets",
                "Basic secret"
            })
    void anythingElseIsRefused(String authorization) throws IOException {
        mount("..1", "secret");

        assertThat(token.admits(authorization)).isFalse();
    }

    @Test
    void aTokenThatIsSwappedCountsWithinASecond() throws IOException {
        mount("..1", "old");
        assertThat(token.admits("Bearer old")).isTrue();
        mount("..2", "new");

        nanos.addAndGet(SECOND - 1);
        assertThat(token.admits("Bearer new")).as("read at most once a second").isFalse();
        nanos.addAndGet(1);
        assertThat(token.admits("Bearer new")).isTrue();
        assertThat(token.admits("Bearer old")).isFalse();
    }

    @Test
    void aTokenThatComesLaterIsAskedForFromThenOn() throws IOException {
        assertThat(token.admits(null)).isTrue();
        mount("..1", "secret");
        nanos.addAndGet(SECOND);

        assertThat(token.admits(null)).isFalse();
        assertThat(token.admits("Bearer secret")).isTrue();
    }

    @Test
    void aFileThatIsGoneOpensNothing() throws IOException {
        mount("..1", "secret");
        assertThat(token.admits("Bearer secret")).isTrue();
        Files.delete(mount.resolve("token"));
        nanos.addAndGet(SECOND);

        assertThat(token.admits("Bearer secret")).isFalse();
        assertThat(token.admits(null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5000})
    void aFileThatIsEmptyOrTooLongOpensNothing(int length) throws IOException {
        String content = "x".repeat(length);
        mount("..1", content);

        assertThat(token.admits("Bearer " + content)).isFalse();
        assertThat(token.admits("Bearer ")).isFalse();
        assertThat(token.admits(null)).isFalse();
    }

    @Test
    void thatNobodyCanHaveTheTokenIsSaidOnceAndTheTokenNever() throws IOException {
        try (LogCapture log = LogCapture.begin()) {
            mount("..1", "secret-of-the-first");
            assertThat(token.admits("Bearer wrong-guess")).isFalse();
            mount("..2", " \n");
            for (int i = 0; i < 3; i++) {
                nanos.addAndGet(SECOND);
                assertThat(token.admits("Bearer secret-of-the-first")).isFalse();
            }
            mount("..3", "secret-of-the-third");
            nanos.addAndGet(SECOND);
            assertThat(token.admits("Bearer secret-of-the-third")).isTrue();

            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("is empty")
                    .contains(mount.resolve("token").toString());
            assertThat(log.text()).doesNotContain("secret-of-the", "wrong-guess");
        }
    }
}
