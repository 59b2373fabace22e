package io.brainmatrix.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.MountableFile;

/** The images as archives, as {@code make images} leaves them. */
public final class ImageArchives {
    private static final String DIRECTORY = "build/images";

    private ImageArchives() {}

    /** The image archives below a source tree's root. */
    public static List<Path> below(Path root) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(DIRECTORY))) {
            List<Path> found =
                    files.filter(f -> f.getFileName().toString().endsWith(".tar"))
                            .sorted()
                            .toList();
            if (found.isEmpty()) {
                throw new IOException("no image in `%s`; run `make images`".formatted(DIRECTORY));
            }
            return found;
        }
    }

    /** Imports one archive into a K3s in a container. */
    public static void load(Path archive, K3sContainer k3s) throws IOException {
        String inside = "/tmp/" + archive.getFileName();
        k3s.copyFileToContainer(MountableFile.forHostPath(archive), inside);
        try {
            var result = k3s.execInContainer("ctr", "images", "import", inside);
            if (result.getExitCode() != 0) {
                throw new IOException("importing %s: %s".formatted(archive, result.getStderr()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while importing " + archive, e);
        }
    }
}
