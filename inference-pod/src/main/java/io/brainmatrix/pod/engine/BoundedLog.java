package io.brainmatrix.pod.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file that the native library logs to, kept from growing: it writes a kilobyte and more for
 * each request, for ever, and a pod whose scratch volume is full is evicted. The library goes on
 * writing where it was: what was cut off stays a hole, which takes no room.
 */
final class BoundedLog {
    private static final System.Logger LOG = System.getLogger(BoundedLog.class.getName());

    private final Path file;
    private final long boundBytes;

    /** Length of the hole at the beginning, in bytes. */
    private long cut;

    BoundedLog(Path file, long boundBytes) {
        this.file = file;
        this.boundBytes = boundBytes;
    }

    /** Empties the file when what it holds is more than the bound. */
    synchronized void trim() {
        try {
            long end = Files.size(file);
            if (end - cut > boundBytes) {
                try (FileChannel log = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    log.truncate(0);
                }
                cut = end;
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The engine''s log cannot be kept short", e);
        }
    }
}
