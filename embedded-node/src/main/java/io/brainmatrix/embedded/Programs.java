package io.brainmatrix.embedded;

import io.brainmatrix.embedded.kubelet.ProgramImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What {@code mvn package} has left, as it is in the images.
 *
 * @param root of the source tree
 */
record Programs(Path root) {
    /** How an image starts its program. */
    ProgramImage image(String name) throws IOException {
        return ProgramImage.of(Files.readString(root.resolve("scripts/images")), name);
    }

    /** Paths of this machine by the image's, of the operator. */
    Map<String, String> operator() throws IOException {
        Path app = root.resolve("operator/target/quarkus-app");
        require(app.resolve("quarkus-run.jar"));
        return Map.of("/opt/jre/bin/java", java(), "/app", app.toString());
    }

    /** Likewise of the agent. */
    Map<String, String> agent() throws IOException {
        return Map.of("/opt/jre/bin/java", java(), "/app/*", classPath("node-agent"));
    }

    /**
     * Likewise of the inference pod.
     *
     * @param directory for the engine's library, which the image has outside of its jar
     */
    Map<String, String> inference(Path directory) throws IOException {
        String classPath = classPath("inference-pod");
        Path llama = Files.createDirectories(directory.resolve("llama"));
        try (ZipFile jar = new ZipFile(jar(root.resolve("inference-pod/target/lib"), "llama-"));
                InputStream library = jar.getInputStream(entry(jar))) {
            Files.copy(library, llama.resolve("libjllama.so"));
        }
        return Map.of(
                "/opt/jre/bin/java", java(), "/opt/llama", llama.toString(), "/app/*", classPath);
    }

    /** The jar of this module, or its classes. */
    static Path own() {
        try {
            return Path.of(
                    Programs.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException("a class path entry is a URI", e);
        }
    }

    private static ZipEntry entry(ZipFile jar) throws IOException {
        String machine =
                System.getProperty("os.arch").toLowerCase(Locale.ROOT).equals("amd64")
                        ? "x86_64"
                        : "aarch64";
        ZipEntry entry = jar.getEntry("de/kherud/llama/Linux/%s/libjllama.so".formatted(machine));
        if (entry == null) {
            throw new IOException("the engine has no library for " + machine);
        }
        return entry;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private String classPath(String module) throws IOException {
        List<String> jars = new ArrayList<>();
        Path target = root.resolve(module).resolve("target");
        jars.add(jar(target, module + "-").toString());
        try (DirectoryStream<Path> libraries =
                Files.newDirectoryStream(target.resolve("lib"), "*.jar")) {
            libraries.forEach(l -> jars.add(l.toString()));
        }
        return String.join(":", jars);
    }

    private static java.io.File jar(Path directory, String prefix) throws IOException {
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> jars =
                    Files.newDirectoryStream(directory, prefix + "*.jar")) {
                for (Path jar : jars) {
                    return jar.toFile();
                }
            }
        }
        throw new IOException("no %s*.jar in %s; run `make build`".formatted(prefix, directory));
    }

    private static void require(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("no %s; run `make build`".formatted(file));
        }
    }
}
