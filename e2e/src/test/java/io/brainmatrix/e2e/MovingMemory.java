package io.brainmatrix.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/** A file in memory that grows by 40 MiB a second, and begins anew now and then, until closed. */
final class MovingMemory implements AutoCloseable {
    private static final int STEP_BYTES = 1 << 20;
    private static final long STEP_NANOS = 25_000_000L;
    private static final long MOST_BYTES = 512L << 20;

    private final Path file;
    private final Thread mover;
    private volatile boolean closed;

    MovingMemory() {
        try {
            file = Files.createTempFile(Path.of("/dev/shm"), "moving", null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        mover = Thread.ofPlatform().daemon().name("moving memory").start(this::move);
    }

    private void move() {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            while (!closed) {
                out.write(ByteBuffer.allocate(STEP_BYTES));
                if (out.position() >= MOST_BYTES) {
                    out.truncate(0);
                }
                LockSupport.parkNanos(STEP_NANOS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            mover.join();
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
