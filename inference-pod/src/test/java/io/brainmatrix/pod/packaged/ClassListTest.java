package io.brainmatrix.pod.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The image's archive has the classes that there are: what is missing from it only costs time. */
class ClassListTest {
    private static final Path LIST =
            Path.of(
                    System.getProperty("brainmatrix.root", ".."),
                    "deploy/containers/inference-pod.classlist");

    /** So much of the project's own may have another name by now. */
    private static final double STALE_MAX = 0.1;

    private static boolean exists(String name) {
        return ClassListTest.class.getClassLoader().getResource(name + ".class") != null;
    }

    @Test
    void itIsThatOfThisPod() throws IOException {
        List<String> own =
                Files.readAllLines(LIST).stream()
                        .filter(line -> line.startsWith("io/brainmatrix/"))
                        .toList();
        List<String> stale = own.stream().filter(name -> !exists(name)).toList();

        assertThat(own).contains("io/brainmatrix/pod/Main").hasSizeGreaterThan(100);
        assertThat((double) stale.size() / own.size())
                .as("part of %s that is there no more, as %s: make class-list", LIST, stale)
                .isLessThanOrEqualTo(STALE_MAX);
    }
}
