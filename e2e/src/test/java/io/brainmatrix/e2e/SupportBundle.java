package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What {@code scripts/support-bundle} gathers. */
final class SupportBundle {
    private SupportBundle() {}

    /** The files of a bundle of the cluster as it is, made in five seconds: it could read all. */
    static Map<String, String> of(Path folder) throws IOException {
        Path archive = folder.resolve("support.tar.gz");
        Script made = Script.run("scripts/support-bundle", "--out", archive.toString());
        assertThat(made.status()).as("%s", made.output()).isZero();
        assertThat(made.output()).doesNotContain("could not read");
        return unpacked(archive, folder);
    }

    /** The files of an archive by their paths, unpacked into a folder. */
    static Map<String, String> unpacked(Path archive, Path into) throws IOException {
        Script tar = Script.run("tar", "-xzf", archive.toString(), "-C", into.toString());
        assertThat(tar.status()).as("%s", tar.output()).isZero();
        Path root = into.resolve("brainmatrix-support");
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(file).toString(), Files.readString(file));
            }
        }
        return files;
    }
}
