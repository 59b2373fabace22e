package io.brainmatrix.memory.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What tells one model file from another without reading gigabytes: the SHA-256 of its length, its
 * first mebibyte, which has the header, and 64 evenly spaced pieces of 64 KiB. Two files of one
 * length that differ only between the pieces look the same: it notices a replaced model, it does
 * not prove one; for that there is {@code model.sha256}.
 */
public final class ModelFingerprint {
    private static final int HEAD = 1 << 20;
    private static final int PIECE = 1 << 16;
    private static final int PIECES = 64;

    private ModelFingerprint() {}

    /**
     * Reads at most 5 MiB of a file.
     *
     * @return 64 lower-case hexadecimal digits
     * @throws IOException when the file cannot be read
     */
    public static String of(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
            add(channel, 0, HEAD, digest);
            for (int i = 0; i < PIECES; i++) {
                add(channel, (size - PIECE) / PIECES * (i + 1), PIECE, digest);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(FileChannel channel, long from, int length, MessageDigest digest)
            throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(length);
        long at = Math.max(0, from);
        while (piece.hasRemaining()) {
            int read = channel.read(piece, at + piece.position());
            if (read < 0) {
                break;
            }
        }
        digest.update(piece.flip());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
