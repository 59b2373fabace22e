package io.brainmatrix.pod.telemetry;

import io.brainmatrix.memory.ProcessMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Watches one answer come: when its first token came, how fast the others, and what memory the
 * process had more at its end than at its beginning. For one thread.
 */
public final class AnswerMeter {
    private final PodMetrics metrics;
    private final Path proc;
    private final LongSupplier nanos;
    private final long begunNanos;
    private final OptionalLong anonymousBefore;
    private long firstNanos;
    private long lastNanos;
    private boolean begun;

    AnswerMeter(PodMetrics metrics, Path proc, LongSupplier nanos) {
        this.metrics = metrics;
        this.proc = proc;
        this.nanos = nanos;
        this.begunNanos = nanos.getAsLong();
        this.anonymousBefore = anonymous();
    }

    /** A token came. */
    public void token() {
        lastNanos = nanos.getAsLong();
        if (!begun) {
            begun = true;
            firstNanos = lastNanos;
        }
    }

    /**
     * It came to its end, or was cut short; one that the engine never saw is not counted.
     *
     * @param promptTokens of the prompt
     * @param generatedTokens of the answer
     */
    public void ended(int promptTokens, int generatedTokens) {
        if (!begun) {
            return;
        }
        metrics.tokens(promptTokens, generatedTokens);
        metrics.firstToken((firstNanos - begunNanos) / 1e9);
        if (generatedTokens > 1 && lastNanos > firstNanos) {
            metrics.speed((generatedTokens - 1) / ((lastNanos - firstNanos) / 1e9));
        }
        OptionalLong after = anonymous();
        if (anonymousBefore.isPresent() && after.isPresent()) {
            metrics.growth((double) Math.max(0, after.getAsLong() - anonymousBefore.getAsLong()));
        }
    }

    private OptionalLong anonymous() {
        try {
            ProcessMemory memory = ProcessMemory.read(proc);
            return OptionalLong.of(memory.anonymous() + memory.swapped());
        } catch (IOException e) {
            return OptionalLong.empty(); // no Linux: nothing is told
        }
    }
}
