package io.brainmatrix.operator.recovery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Ends of pods as the lab has seen them. */
final class PodEnds {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private PodEnds() {}

    /** A container that ended by itself or by a signal. */
    static PodEnd exited(int code, String reason) {
        return end("uid-1", 1, OptionalInt.of(code), reason, "", true, "", List.of(), false);
    }

    static PodEnd stopping(int code, String reason, String why) {
        return end("uid-1", 1, OptionalInt.of(code), reason, "", true, why, List.of(), false);
    }

    static PodEnd evicted(int code, String podReason, List<String> disruptions) {
        return end(
                "uid-1", 1, OptionalInt.of(code), "Error", podReason, true, "", disruptions, false);
    }

    /** One that the world ended: its pod's reason and its disruptions. */
    static PodEnd taken(int code, String reason, String podReason, List<String> disruptions) {
        return end(
                "uid-1", 1, OptionalInt.of(code), reason, podReason, true, "", disruptions, false);
    }

    /** One that was being stopped when its node went. */
    static PodEnd stoppingWithItsNode(String why) {
        return end(
                "uid-1",
                1,
                OptionalInt.empty(),
                "",
                "",
                true,
                why,
                List.of("DeletionByPodGC"),
                true);
    }

    static PodEnd neverStarted(String stopping) {
        return end("uid-1", 1, OptionalInt.empty(), "", "", false, stopping, List.of(), false);
    }

    static PodEnd nodeGone(OptionalInt code) {
        return end("uid-1", 1, code, "Error", "", true, "", List.of("DeletionByPodGC"), true);
    }

    /** A life from {@code from} on that lasted {@code lived}. */
    static PodEnd life(long life, int code, Instant from, Duration lived) {
        return at(
                end(
                        "uid-" + life,
                        life,
                        OptionalInt.of(code),
                        code == 137 ? "OOMKilled" : "Error",
                        "",
                        true,
                        "",
                        List.of(),
                        false),
                from,
                from.plus(lived),
                false);
    }

    static PodEnd rebooted(PodEnd end) {
        return at(end, START, end.endedAt(), true);
    }

    /** As an agent saw its node's kernel, and as the pod saw its own memory. */
    static PodEnd seen(PodEnd end, KernelKill kernelKill, LastWords.Look... looks) {
        LastWords words =
                new LastWords(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        List.of(looks));
        return copy(end, end.startedAt(), end.endedAt(), end.rebooted(), kernelKill, words);
    }

    /** One whose pod left these, and nothing else. */
    static PodEnd saying(PodEnd end, String message, String engine) {
        LastWords words =
                new LastWords(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(message).filter(m -> !m.isEmpty()),
                        Optional.of(engine).filter(e -> !e.isEmpty()),
                        OptionalLong.empty(),
                        Optional.empty(),
                        List.of());
        return copy(end, end.startedAt(), end.endedAt(), end.rebooted(), end.kernelKill(), words);
    }

    /** A look so long before the end of {@link #exited}, with so many MiB of its 512 in use. */
    static LastWords.Look look(Duration before, long mebibytes) {
        return new LastWords.Look(START.plusSeconds(5).minus(before), mebibytes << 20, 0);
    }

    private static PodEnd at(PodEnd end, Instant from, Instant until, boolean rebooted) {
        return copy(end, Optional.of(from), until, rebooted, end.kernelKill(), end.lastWords());
    }

    private static PodEnd copy(
            PodEnd end,
            Optional<Instant> startedAt,
            Instant endedAt,
            boolean rebooted,
            KernelKill kernelKill,
            LastWords words) {
        return new PodEnd(
                end.over(),
                end.podUid(),
                end.life(),
                end.exitCode(),
                end.containerReason(),
                end.podReason(),
                end.started(),
                end.everReady(),
                end.stopping(),
                end.deleted(),
                end.disruptions(),
                end.nodeGone(),
                rebooted,
                kernelKill,
                startedAt,
                endedAt,
                end.budget(),
                words);
    }

    private static PodEnd end(
            String uid,
            long life,
            OptionalInt code,
            String reason,
            String podReason,
            boolean started,
            String stopping,
            List<String> disruptions,
            boolean nodeGone) {
        return new PodEnd(
                true,
                uid,
                life,
                code,
                Optional.of(reason).filter(r -> !r.isEmpty()),
                Optional.of(podReason).filter(r -> !r.isEmpty()),
                started,
                false,
                Optional.of(stopping).filter(s -> !s.isEmpty()),
                !stopping.isEmpty(),
                disruptions,
                nodeGone,
                false,
                KernelKill.Unknown,
                Optional.of(START),
                START.plusSeconds(5),
                512L << 20,
                LastWords.none());
    }
}
