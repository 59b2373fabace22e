package io.brainmatrix.pod.telemetry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The termination message, written ahead: a SIGKILL leaves the last one. One positioned write of
 * constant length, because the file is a bind mount that cannot be renamed, and truncate-and-write
 * could be cut in two.
 */
public final class BlackBox implements AutoCloseable {
    /** The kubelet reads no more. */
    static final int BYTES = 4096;

    private final FileChannel file;

    private BlackBox(FileChannel file) {
        this.file = file;
    }

    /** Opens the file; it is made where the kubelet has not made it. */
    public static BlackBox open(Path path) throws IOException {
        return new BlackBox(
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }

    /** Replaces the message; one that is too long loses its end. */
    public synchronized void write(String json) throws IOException {
        byte[] padded = new byte[BYTES];
        Arrays.fill(padded, (byte) ' ');
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, padded, 0, Math.min(text.length, BYTES));
        ByteBuffer buffer = ByteBuffer.wrap(padded);
        while (buffer.hasRemaining()) {
            file.write(buffer, buffer.position());
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
