package io.brainmatrix.pod.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of a file. This JVM's compiler is kept small for the sake of memory, and with it a digest
 * is fifteen times slower than it could be: a large file is read by a JVM of its own, which has all
 * of the compiler, and is gone before the load begins.
 */
final class Digest {
    private static final System.Logger LOG = System.getLogger(Digest.class.getName());
    private static final int BUFFER_BYTES = 1 << 20;

    /** Below it another JVM is not worth its start. */
    private static final long LARGE_BYTES = 64L << 20;

    private Digest() {}

    /**
     * 64 lower-case hexadecimal digits.
     *
     * @throws IOException when the file cannot be read
     */
    static String of(Path file) throws IOException {
        if (Files.size(file) >= LARGE_BYTES) {
            try {
                return elsewhere(file);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "No process for the digest, slower here", e);
            }
        }
        return here(file);
    }

    /** Of the process of its own: prints the digest of its only argument. */
    public static void main(String[] arguments) throws IOException {
        System.out.println(here(Path.of(arguments[0])));
    }

    /** Likewise by a JVM that does nothing else. */
    static String elsewhere(Path file) throws IOException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx16m",
                                "-XX:-UsePerfData",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Digest.class.getName(),
                                file.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            process.getOutputStream().close();
            String told =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip();
            if (process.waitFor() != 0 || !told.matches("[0-9a-f]{64}")) {
                throw new IOException("it ended with " + process.exitValue());
            }
            return told;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Likewise by this JVM. */
    static String here(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
