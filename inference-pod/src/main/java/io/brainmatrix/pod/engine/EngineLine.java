package io.brainmatrix.pod.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last useful line of the native library's log: what it was doing, or what it complained of.
 * Written ahead, since a library that crashes takes the process with it.
 *
 * <p>It goes where clients' words must not: only lines of known functions count, none with a
 * quotation mark, which is how the library writes a model's tokens and metadata. It never writes a
 * prompt or an answer at the level that is set here, which a test of the whole pod watches.
 */
public final class EngineLine {
    /** Bytes of the log's end that are looked at: some thirty lines. */
    private static final int TAIL_BYTES = 4096;

    /** Longest line that is told. */
    static final int CHARS = 200;

    /** Those that say nothing, once per token, are left out by not being here. */
    private static final Pattern USEFUL =
            Pattern.compile(
                    "(?m)^(?:slot +[a-z_]+: id +\\d+ \\| task -?\\d+ \\| "
                            + "|srv +[a-z_]+: |load_tensors: |load_all_data: |llama_[a-z_]+: "
                            + "|ggml_[a-z_]+: |graph_[a-z]+: |decode: |init: |main: "
                            + "|[a-z_]+: (?:error|failed|unable|cannot)\\b)"
                            + "[^'\"`\\p{Cntrl}]+\\n");

    private static final Pattern METADATA = Pattern.compile("- kv |- type ");

    private final Path log;

    /** Bytes of the log when it was looked at last: it only grows, and seldom. */
    private long seen = -1;

    private Optional<String> last = Optional.empty();

    /** Of a log that may not be there yet. */
    public EngineLine(Path log) {
        this.log = log;
    }

    /**
     * The last one that is whole, spaces squeezed, at most {@value #CHARS} characters; empty when
     * there is none among the latest lines, or they cannot be read.
     */
    public synchronized Optional<String> last() {
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
            long size = file.size();
            if (size != seen) {
                last = lastOf(tail(file, size));
                seen = size;
            }
            return last;
        } catch (IOException e) {
            return Optional.empty(); // before a load, and for a stand-in, there is none
        }
    }

    private static Optional<String> lastOf(String tail) {
        Matcher lines = USEFUL.matcher(tail);
        String last = null;
        while (lines.find()) {
            String line = lines.group();
            if (!METADATA.matcher(line).find()) {
                last = line;
            }
        }
        return Optional.ofNullable(last)
                .map(line -> line.strip().replaceAll(" +", " "))
                .map(line -> line.length() <= CHARS ? line : line.substring(0, CHARS));
    }

    private static String tail(FileChannel file, long size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(TAIL_BYTES);
        long at = Math.max(0, size - TAIL_BYTES);
        while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) > 0) {}
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    }
}
