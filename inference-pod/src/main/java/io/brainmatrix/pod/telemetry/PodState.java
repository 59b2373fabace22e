package io.brainmatrix.pod.telemetry;

import io.brainmatrix.pod.lifecycle.Phase;
import java.time.Instant;
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
        return new PodState(
                next,
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

    /** With the limit that was read back, in bytes. */
    public PodState limited(long bytes) {
        return new PodState(
                phase,
                bytes,
                predicted,
                steady,
                loadStarted,
                loadEnded,
                progress,
                modelSha256,
                gpu,
                modelFingerprint);
    }

    /** With the predicted footprint, in bytes. */
    public PodState predicted(long bytes) {
        return new PodState(
                phase,
                limit,
                bytes,
                steady,
                loadStarted,
                loadEnded,
                progress,
                modelSha256,
                gpu,
                modelFingerprint);
    }

    /** With the digest that was checked. */
    public PodState digested(String sha256) {
        return new PodState(
                phase,
                limit,
                predicted,
                steady,
                loadStarted,
                loadEnded,
                progress,
                sha256,
                gpu,
                modelFingerprint);
    }

    /** With what tells the model's file from others. */
    public PodState fingerprinted(String fingerprint) {
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
                fingerprint);
    }

    /** Loading since a time. */
    public PodState loading(Instant since) {
        return new PodState(
                Phase.Loading,
                limit,
                predicted,
                steady,
                since,
                null,
                0.0,
                modelSha256,
                gpu,
                modelFingerprint);
    }

    /** Loaded at a time, about to give its first token. */
    public PodState loaded(Instant at) {
        return new PodState(
                Phase.Verifying,
                limit,
                predicted,
                steady,
                loadStarted,
                at,
                1.0,
                modelSha256,
                gpu,
                modelFingerprint);
    }

    /** Serving, with what it uses now, in bytes. */
    public PodState serving(long used) {
        return new PodState(
                Phase.Serving,
                limit,
                predicted,
                used,
                loadStarted,
                loadEnded,
                progress,
                modelSha256,
                gpu,
                modelFingerprint);
    }

    /** With what was planned for the GPU, or what the engine put there. */
    public PodState onGpu(Gpu told) {
        return new PodState(
                phase,
                limit,
                predicted,
                steady,
                loadStarted,
                loadEnded,
                progress,
                modelSha256,
                told,
                modelFingerprint);
    }
}
