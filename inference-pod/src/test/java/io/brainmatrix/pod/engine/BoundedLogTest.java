package io.brainmatrix.pod.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedLogTest {
    private static final int LINE = 100;
    private static final int BOUND = 1000;

    /** Written as the library does it: opened once, not for appending. */
    @Test
    void whatItHoldsStaysBelowItsBoundAndALine(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("engine.log");
        BoundedLog log = new BoundedLog(file, BOUND);
        try (OutputStream library = Files.newOutputStream(file)) {
            for (int i = 0; i < 500; i++) {
                library.write(
                        "x"
                                .repeat(LINE - 1)
                                .concat("\n")
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                long before = held(file);

                log.trim();

                assertThat(held(file)).isEqualTo(before > BOUND ? 0 : before);
                assertThat(before).isPositive().isLessThanOrEqualTo(BOUND + LINE);
            }
        }
    }

    @Test
    void aLogThatIsNotThereHarmsNobody(@TempDir Path folder) {
        new BoundedLog(folder.resolve("none"), BOUND).trim();

        assertThat(folder).isEmptyDirectory();
    }

    private static long held(Path file) throws IOException {
        int held = 0;
        for (byte b : Files.readAllBytes(file)) {
            held += b == 0 ? 0 : 1;
        }
        return held;
    }
}
