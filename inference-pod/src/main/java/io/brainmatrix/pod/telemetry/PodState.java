package io.brainmatrix.pod.telemetry;

import io.brainmatrix.pod.lifecycle.Phase;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is known of this life, in one immutable value; each step of the life replaces it. */
public record PodState(
        Phase phase,
        @Nullable Long limit,
        @Nullable Long predicted,
        @Nullable Long steady,
        @Nullable Instant loadStarted,
        @Nullable Instant loadEnded,
        @Nullable Double progress,
        @Nullable String modelSha256,
        @Nullable Gpu gpu,
        @Nullable String modelFingerprint) {
    /**
     * What is on the GPU.
     *
     * @param predicted bytes
     * @param layersOnGpu absent until the engine has told
     * @param layers that could be there, the output layer counted as one
     */
    public record Gpu(long predicted, @Nullable Integer layersOnGpu, int layers) {}

    /** A life that has just begun. */
    public static PodState begun() {
        return new PodState(Phase.Starting, null, null, null, null, null, null, null, null, null);
    }

    /** In another phase. */
    public PodState in(Phase next) {
        return with(s -> s.phase = next);
    }

    /** With the limit that was read back, in bytes. */
    public PodState limited(long bytes) {
        return with(s -> s.limit = bytes);
    }

    /** With the predicted footprint, in bytes. */
    public PodState predicted(long bytes) {
        return with(s -> s.predicted = bytes);
    }

    /** With the digest that was checked. */
    public PodState digested(String sha256) {
        return with(s -> s.modelSha256 = sha256);
    }

    /** With what tells the model's file from others. */
    public PodState fingerprinted(String fingerprint) {
        return with(s -> s.modelFingerprint = fingerprint);
    }

    /** Loading since a time. */
    public PodState loading(Instant since) {
        return with(
                s -> {
                    s.phase = Phase.Loading;
                    s.loadStarted = since;
                    s.loadEnded = null;
                    s.progress = 0.0;
                });
    }

    /** Loaded at a time, about to give its first token. */
    public PodState loaded(Instant at) {
        return with(
                s -> {
                    s.phase = Phase.Verifying;
                    s.loadEnded = at;
                    s.progress = 1.0;
                });
    }

    /** Serving, with what it uses now, in bytes. */
    public PodState serving(long used) {
        return with(
                s -> {
                    s.phase = Phase.Serving;
                    s.steady = used;
                });
    }

    /** With what was planned for the GPU, or what the engine put there. */
    public PodState onGpu(Gpu told) {
        return with(s -> s.gpu = told);
    }

    private PodState with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.whole();
    }

    /** A copy that is being changed; it never leaves this class. */
    private static final class Draft {
        Phase phase;
        @Nullable Long limit;
        @Nullable Long predicted;
        @Nullable Long steady;
        @Nullable Instant loadStarted;
        @Nullable Instant loadEnded;
        @Nullable Double progress;
        @Nullable String modelSha256;
        @Nullable Gpu gpu;
        @Nullable String modelFingerprint;

        Draft(PodState from) {
            phase = from.phase;
            limit = from.limit;
            predicted = from.predicted;
            steady = from.steady;
            loadStarted = from.loadStarted;
            loadEnded = from.loadEnded;
            progress = from.progress;
            modelSha256 = from.modelSha256;
            gpu = from.gpu;
            modelFingerprint = from.modelFingerprint;
        }

        PodState whole() {
            return new PodState(
                    phase,
                    limit,
                    predicted,
                    steady,
                    loadStarted,
                    loadEnded,
                    progress,
                    modelSha256,
                    gpu,
                    modelFingerprint);
        }
    }
}
