package io.brainmatrix.chronicle.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lines that wait on disk, in order, within a bound: when it is exceeded the oldest segment goes,
 * and its lines are counted. What a process left behind its next one finds; lines that were taken
 * may be found again.
 */
public final class Spool {
    private static final String ENDING = ".jsonl";
    private static final long SEGMENT_BYTES = 1 << 20;

    private final Path directory;
    private final long maxBytes;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private long nextNumber = 1;
    private long bytes;
    private long dropped;
    private int size;

    private static final class Segment {
        private final long number;
        private final Path file;
        private long bytes;
        private int lines;
        private long takenBytes;
        private int takenLines;

        Segment(long number, Path file) {
            this.number = number;
            this.file = file;
        }
    }

    /**
     * The next lines.
     *
     * @param segment where they are, for {@link #taken}
     */
    public record Batch(List<byte[]> lines, long segment) {
        public Batch {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Opens a spool.
     *
     * @param maxBytes of all lines; the newest segment, of about 1 MiB, is always kept
     */
    public Spool(Path directory, long maxBytes) throws IOException {
        this.directory = directory;
        this.maxBytes = maxBytes;
        Files.createDirectories(directory);
        List<Path> files;
        try (Stream<Path> found = Files.list(directory)) {
            files =
                    found.filter(f -> f.getFileName().toString().endsWith(ENDING))
                            .sorted()
                            .toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            Segment segment =
                    new Segment(
                            Long.parseLong(name.substring(0, name.length() - ENDING.length())),
                            file);
            byte[] content = Files.readAllBytes(file);
            for (int i = 0; i < content.length; i++) {
                if (content[i] == '\n') {
                    segment.lines++;
                    segment.bytes = i + 1L;
                }
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(segment.bytes); // half a line was never told of
            }
            nextNumber = segment.number + 1;
            segments.add(segment);
            bytes += segment.bytes;
            size += segment.lines;
        }
    }

    /** Adds a line, which must have no line feed. */
    public synchronized void add(byte[] line) throws IOException {
        Segment last = segments.peekLast();
        if (last == null || last.bytes + line.length > SEGMENT_BYTES) {
            last =
                    new Segment(
                            nextNumber, directory.resolve("%012d%s".formatted(nextNumber, ENDING)));
            nextNumber++;
            segments.add(last);
        }
        try (FileChannel channel =
                FileChannel.open(last.file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer text = ByteBuffer.allocate(line.length + 1);
            text.put(line).put((byte) '\n').flip();
            long at = last.bytes;
            while (text.hasRemaining()) {
                at += channel.write(text, at); // over what a full disk left of an earlier try
            }
        }
        last.bytes += line.length + 1L;
        last.lines++;
        bytes += line.length + 1L;
        size++;
        while (bytes > maxBytes && segments.size() > 1) {
            Segment first = segments.removeFirst();
            dropped += first.lines - first.takenLines;
            size -= first.lines - first.takenLines;
            bytes -= first.bytes;
            Files.deleteIfExists(first.file);
        }
        notifyAll();
    }

    /** The next lines, at most so many, at least one if there is any; none is taken yet. */
    public synchronized Batch next(int maxLines, int maxBatchBytes) throws IOException {
        Segment first = segments.peekFirst();
        if (first == null || first.takenLines == first.lines) {
            return new Batch(List.of(), 0);
        }
        ByteBuffer content = ByteBuffer.allocate((int) (first.bytes - first.takenBytes));
        try (FileChannel channel = FileChannel.open(first.file, StandardOpenOption.READ)) {
            int read = 0;
            while (content.hasRemaining() && read >= 0) {
                read = channel.read(content, first.takenBytes + content.position());
            }
        }
        content.flip();
        List<byte[]> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int total = 0;
        while (content.hasRemaining() && lines.size() < maxLines) {
            byte next = content.get();
            if (next != '\n') {
                line.write(next);
            } else {
                total += line.size();
                if (!lines.isEmpty() && total > maxBatchBytes) {
                    break;
                }
                lines.add(line.toByteArray());
                line.reset();
            }
        }
        return new Batch(lines, first.number);
    }

    /** Takes lines that {@link #next} gave; those that were dropped meanwhile are gone already. */
    public synchronized void taken(Batch batch) throws IOException {
        Segment first = segments.peekFirst();
        if (first == null || first.number != batch.segment()) {
            return;
        }
        for (byte[] line : batch.lines()) {
            first.takenBytes += line.length + 1L;
        }
        first.takenLines += batch.lines().size();
        size -= batch.lines().size();
        if (first.takenLines == first.lines) {
            segments.removeFirst();
            bytes -= first.bytes;
            Files.deleteIfExists(first.file);
        }
    }

    /** Waits until there is a line; returns early for nothing, at times. */
    @SuppressWarnings("WaitNotInLoop") // its caller looks again, whatever woke it
    synchronized void await(long timeoutMillis) throws InterruptedException {
        if (size == 0) {
            wait(timeoutMillis);
        }
    }

    /** Lines that wait. */
    public synchronized int size() {
        return size;
    }

    /** Bytes on disk. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Lines that went for the bound. */
    public synchronized long dropped() {
        return dropped;
    }
}
