package io.brainmatrix.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A reason that nothing says would be a promise that nobody keeps. */
class ReasonsTest {
    private static final Path SOURCES =
            Path.of(System.getProperty("brainmatrix.root", ".."), "operator/src/main/java");

    @ParameterizedTest
    @EnumSource(Reason.class)
    void isSaidSomewhere(Reason reason) throws IOException {
        String word = ".*\\bReason\\." + reason + "\\b.*";
        try (Stream<Path> files = Files.walk(SOURCES)) {
            assertThat(files.filter(f -> f.toString().endsWith(".java")))
                    .anySatisfy(
                            f -> assertThat(Files.readAllLines(f)).anyMatch(l -> l.matches(word)));
        }
    }
}
