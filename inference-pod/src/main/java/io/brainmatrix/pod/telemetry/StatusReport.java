package io.brainmatrix.pod.telemetry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.brainmatrix.pod.lifecycle.InstanceConfig;
import io.brainmatrix.pod.lifecycle.Phase;
import io.brainmatrix.pod.memory.MemorySample;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.mind.MindCount;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that the pod tells of itself: {@code contracts/status.json} and {@code
 * contracts/termination-message.json}.
 */
public final class StatusReport {
    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .registerModule(new JavaTimeModule())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS);

    /** Of the latest samples; the message has room for no more. */
    private static final int SAMPLES = 8;

    private StatusReport() {}

    /** {@code GET /status}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Status(
            String namespace,
            String matrix,
            String instance,
            long life,
            Phase phase,
            Duration uptime,
            @Nullable Long limit,
            long used,
            @Nullable Long predicted,
            @Nullable Long steady,
            long peak,
            @Nullable Instant loadStarted,
            @Nullable Instant loadEnded,
            @Nullable Double progress,
            @Nullable String modelSha256,
            @Nullable String modelFingerprint,
            @Nullable Rung rung,
            @Nullable Swap swap,
            @Nullable Gpu gpu,
            @Nullable Thinking mind) {}

    /**
     * Of a mind.
     *
     * @param thoughtsPerMinute whole ones, in the last minute
     * @param deathsSeen deaths of those it watches that its thoughts were told of
     */
    public record Thinking(int thoughtsPerMinute, long deathsSeen) {
        /** Of what a mind has done. */
        public static Thinking of(MindCount count) {
            return new Thinking(count.lastMinute(), count.deathsSeen());
        }
    }

    /**
     * Of a pod that may use it; bytes.
     *
     * @param inPerSecond that came back in the last second
     */
    public record Swap(long used, long inPerSecond) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Gpu(long predicted, @Nullable Integer layersOnGpu, int layers) {
        static @Nullable Gpu of(PodState.@Nullable Gpu gpu) {
            return gpu == null ? null : new Gpu(gpu.predicted(), gpu.layersOnGpu(), gpu.layers());
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Termination(
            Phase phase,
            @Nullable Rung rung,
            @Nullable String reason,
            @Nullable String message,
            @Nullable String engine,
            @Nullable Integer exitCode,
            long life,
            @Nullable String bootId,
            Duration uptime,
            @Nullable Long limit,
            @Nullable Long used,
            @Nullable Long predicted,
            @Nullable Long peak,
            @Nullable Instant loadStarted,
            @Nullable String modelSha256,
            @Nullable String modelFingerprint,
            List<Look> lastSamples) {}

    record Look(Instant at, long used, long nodeAvailable) {}

    /** What a life ends with. */
    public record Ending(String reason, String message, int exitCode) {}

    /**
     * The status as JSON.
     *
     * @param rung absent until the model is served
     * @param swap absent when the pod may not use any
     * @param mind absent when it has none
     */
    public static String status(
            InstanceConfig config,
            PodState state,
            long used,
            long peak,
            @Nullable Rung rung,
            @Nullable Swap swap,
            @Nullable Thinking mind,
            Duration uptime) {
        return write(
                new Status(
                        config.namespace(),
                        config.matrix(),
                        config.instance(),
                        config.life(),
                        state.phase(),
                        uptime,
                        state.limit(),
                        used,
                        state.predicted(),
                        state.steady(),
                        peak,
                        state.loadStarted(),
                        state.loadEnded(),
                        state.progress(),
                        state.modelSha256(),
                        state.modelFingerprint(),
                        rung,
                        swap,
                        Gpu.of(state.gpu()),
                        mind));
    }

    /**
     * The termination message as JSON.
     *
     * @param bootId of the kernel; absent where it does not tell
     * @param samples newest last; written newest first
     * @param rung absent until the model is served
     * @param engine the last useful line of its engine's log; absent before there is one
     * @param ending absent while the life goes on
     */
    public static String termination(
            long life,
            @Nullable String bootId,
            PodState state,
            List<MemorySample> samples,
            @Nullable Long peak,
            @Nullable Rung rung,
            Duration uptime,
            @Nullable String engine,
            @Nullable Ending ending) {
        return write(
                new Termination(
                        state.phase(),
                        rung,
                        ending == null ? null : ending.reason(),
                        ending == null ? null : ending.message(),
                        engine,
                        ending == null ? null : ending.exitCode(),
                        life,
                        bootId,
                        uptime,
                        state.limit(),
                        samples.isEmpty() ? null : samples.getLast().used(),
                        state.predicted(),
                        peak,
                        state.loadStarted(),
                        state.modelSha256(),
                        state.modelFingerprint(),
                        samples.reversed().stream()
                                .limit(SAMPLES)
                                .map(s -> new Look(s.at(), s.used(), s.nodeAvailable()))
                                .toList()));
    }

    private static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records are always JSON", e);
        }
    }
}
