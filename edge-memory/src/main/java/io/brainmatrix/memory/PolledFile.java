package io.brainmatrix.memory;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file of the kernel that is read again and again: it stays open, its content is made anew at
 * each reading from its start, and a reading allocates nothing. For one thread.
 */
final class PolledFile implements Closeable {
    private static final int FIRST_BYTES = 8 << 10;

    private final Path path;
    private final RandomAccessFile file;
    private byte[] buffer = new byte[FIRST_BYTES];

    /**
     * Opens it.
     *
     * @throws IOException when it is not there or may not be read
     */
    PolledFile(Path path) throws IOException {
        this.path = path;
        this.file = new RandomAccessFile(path.toFile(), "r");
    }

    Path path() {
        return path;
    }

    /** Reads all of it, and has these lines show it until the next reading. */
    void read(KeyedLines into) throws IOException {
        file.seek(0);
        int length = 0;
        for (int got = next(length); got > 0; got = next(length)) {
            length += got;
            if (length == buffer.length) { // once: from then on it is large enough
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            }
        }
        into.replace(buffer, length);
    }

    private int next(int length) throws IOException {
        return file.read(buffer, length, buffer.length - length);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
