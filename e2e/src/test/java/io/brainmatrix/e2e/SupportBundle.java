package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What {@code scripts/support-bundle} gathers of the cluster as it is; it takes five seconds. */
final class SupportBundle {
    private SupportBundle() {}

    /** The files by their paths; it could read all that there is. */
    static Map<String, String> of(Path folder) throws IOException {
        Path archive = folder.resolve("support.tar.gz");
        Script made = Script.run("scripts/support-bundle", "--out", archive.toString());
        assertThat(made.status()).as("%s", made.output()).isZero();
        assertThat(made.output()).doesNotContain("could not read");
        assertThat(Script.run("tar", "-xzf", archive.toString(), "-C", folder.toString()).status())
                .isZero();
        Map<String, String> files = new TreeMap<>();
        Path root = folder.resolve("brainmatrix-support");
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(file).toString(), Files.readString(file));
            }
        }
        return files;
    }
}
