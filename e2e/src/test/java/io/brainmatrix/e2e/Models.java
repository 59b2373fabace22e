package io.brainmatrix.e2e;

import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Models with scripted text, generated once per run. */
final class Models {
    /** Small enough that a load is over at once. */
    static final int TINY_MIB = 4;

    /** Large enough that a load can be watched. */
    static final int LARGE_MIB = 300;

    private static final Path DIRECTORY = Path.of("target/models");
    private static final Map<Integer, Path> MADE = new ConcurrentHashMap<>();

    /** Any: a chain says the same with every seed. */
    private static final long SEED = 1;

    private Models() {}

    /** A chain model of about a size. */
    static Path chain(int mib) {
        return MADE.computeIfAbsent(mib, Models::generate);
    }

    /** A model of about a size that says gibberish: with the same seed the same. */
    static Path random(int mib) {
        try {
            Files.createDirectories(DIRECTORY);
            Path model = DIRECTORY.resolve("random-%dMi.gguf".formatted(mib)).toAbsolutePath();
            ModelFile.write(model, ModelSpec.ofSize(ModelSpec.Mode.RANDOM, mib, SEED), done -> {});
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first bytes of a model: a download that broke off. */
    static Path truncated(int mib) {
        Path whole = chain(mib);
        Path part = DIRECTORY.resolve("truncated-" + whole.getFileName());
        try {
            Files.copy(whole, part, StandardCopyOption.REPLACE_EXISTING);
            try (var channel = Files.newByteChannel(part, StandardOpenOption.WRITE)) {
                channel.truncate(Files.size(whole) / 2);
            }
            return part;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String sha256(Path file) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Path generate(int mib) {
        try {
            Files.createDirectories(DIRECTORY);
            Path model = DIRECTORY.resolve("chain-%dMi.gguf".formatted(mib)).toAbsolutePath();
            ModelFile.write(model, ModelSpec.ofSize(ModelSpec.Mode.CHAIN, mib, SEED), done -> {});
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
