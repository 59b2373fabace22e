package io.brainmatrix.operator.admission;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A node of 8Gi, calm and empty, and what can be changed about it. */
record Snapshots(NodeSnapshot node) {
    static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    static final long MI = 1L << 20;
    static final long GI = 1L << 30;

    static Snapshots calm() {
        return new Snapshots(
                new NodeSnapshot(
                        "edge",
                        NOW,
                        8 * GI,
                        0,
                        true,
                        Optional.of(settled(8 * GI, 7 * GI, 512 * MI)),
                        Lane.free(),
                        List.of(),
                        List.of()));
    }

    /** Of a unified node that has been calm for long. */
    static NodeReading settled(long capacity, long available, long reserve) {
        return new NodeReading(
                true,
                NOW,
                capacity,
                available,
                reserve,
                OptionalLong.of(0),
                Optional.of(NOW.minusSeconds(30)),
                Duration.ofSeconds(1),
                false,
                false,
                "",
                Optional.empty(),
                Optional.empty());
    }

    static InstanceKey key(String instance) {
        return new InstanceKey("brains", "jar", "uid", instance);
    }

    static Candidate candidate(String instance, long ram) {
        return candidate(instance, new Commitment(ram, 0, true));
    }

    static Candidate candidate(String instance, Commitment commitment) {
        return new Candidate(
                key(instance),
                "jar-" + instance + "-1",
                commitment,
                20,
                0,
                0,
                NOW.minusSeconds(60),
                0,
                new Candidate.SettleDemand(Duration.ofSeconds(1), 16 * MI),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    static Candidate withPriority(Candidate c, int priority) {
        return with(c, priority, c.waitingSince(), c.returning());
    }

    static Candidate waitingFor(Candidate c, Duration time) {
        return with(c, c.priority(), Optional.of(NOW.minus(time)), c.returning());
    }

    static Candidate returning(Candidate c) {
        return with(c, c.priority(), c.waitingSince(), true);
    }

    private static Candidate with(
            Candidate c, int priority, Optional<Instant> waitingSince, boolean returning) {
        return new Candidate(
                c.key(),
                c.pod(),
                c.commitment(),
                c.headroomPercent(),
                priority,
                c.dependencyDepth(),
                c.since(),
                c.order(),
                c.settle(),
                waitingSince,
                returning,
                c.notBefore(),
                c.keptUntil(),
                c.hindrance());
    }

    /** One that died and backs off for so long. */
    static Candidate backingOff(Candidate c, Duration time) {
        return new Candidate(
                c.key(),
                c.pod(),
                c.commitment(),
                c.headroomPercent(),
                c.priority(),
                c.dependencyDepth(),
                c.since(),
                c.order(),
                c.settle(),
                c.waitingSince(),
                true,
                Optional.of(NOW.plus(time)),
                Optional.of(NOW.plus(time)),
                c.hindrance());
    }

    /** A pod that serves and uses what it was promised. */
    static Occupant serving(String instance, long ram) {
        return serving(instance, new Commitment(ram, 0, true));
    }

    static Occupant serving(String instance, Commitment commitment) {
        return new Occupant(
                key(instance),
                "jar-" + instance + "-1",
                "pod-" + instance,
                commitment,
                OptionalLong.of(commitment.ram()),
                true,
                true,
                false,
                false,
                false,
                false,
                true,
                true,
                NOW.minusSeconds(90),
                Duration.ofMinutes(5),
                Optional.empty());
    }

    /** A pod that was let in so long ago and is not ready. */
    static Occupant loading(String instance, long ram, Duration since) {
        return loading(instance, new Commitment(ram, 0, true), since);
    }

    static Occupant loading(String instance, Commitment commitment, Duration since) {
        return new Occupant(
                key(instance),
                "jar-" + instance + "-1",
                "pod-" + instance,
                commitment,
                OptionalLong.empty(),
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                NOW.minus(since),
                Duration.ofMinutes(5),
                Optional.empty());
    }

    static Occupant with(Occupant o, boolean ended, boolean deleting, boolean loadSettled) {
        return with(o, ended, ended, false, deleting, loadSettled);
    }

    /** It has ended, and its end is not written down yet. */
    static Occupant uncounted(Occupant o) {
        return with(o, true, true, true, false, o.loadSettled());
    }

    /** Its container has stopped; that the pod has ended is not told yet. */
    static Occupant stopped(Occupant o) {
        return with(o, false, true, false, false, o.loadSettled());
    }

    private static Occupant with(
            Occupant o,
            boolean ended,
            boolean stopped,
            boolean uncounted,
            boolean deleting,
            boolean loadSettled) {
        return new Occupant(
                o.key(),
                o.pod(),
                o.podUid(),
                o.commitment(),
                o.used(),
                o.everReady(),
                o.ready(),
                ended,
                stopped,
                uncounted,
                deleting,
                o.loaded(),
                loadSettled,
                o.created(),
                o.loadTimeout(),
                o.stuck());
    }

    Snapshots waiting(Candidate... candidates) {
        return with(node.reading(), node.lane(), node.occupants(), List.of(candidates));
    }

    Snapshots running(Occupant... occupants) {
        List<Occupant> all = new ArrayList<>(node.occupants());
        all.addAll(List.of(occupants));
        return with(node.reading(), node.lane(), all, node.candidates());
    }

    Snapshots heldBy(String instance) {
        return with(
                node.reading(),
                Lane.heldBy(new Holder("brains", "jar-" + instance + "-1", "uid")),
                node.occupants(),
                node.candidates());
    }

    Snapshots reading(NodeReading reading) {
        return with(Optional.of(reading), node.lane(), node.occupants(), node.candidates());
    }

    Snapshots stale() {
        return reading(
                read(false, r().available(), r().settledSince(), r().slopePerSecond(), false));
    }

    Snapshots moving(long slope) {
        return reading(
                read(true, r().available(), Optional.empty(), OptionalLong.of(slope), false));
    }

    Snapshots available(long bytes) {
        return reading(read(true, bytes, r().settledSince(), r().slopePerSecond(), false));
    }

    Snapshots swapping() {
        return reading(read(true, r().available(), r().settledSince(), r().slopePerSecond(), true));
    }

    /** Its tasks stall for memory. */
    Snapshots pressured() {
        return reading(
                new NodeReading(
                        true,
                        r().takenAt(),
                        r().capacity(),
                        r().available(),
                        r().reserve(),
                        r().slopePerSecond(),
                        r().settledSince(),
                        r().settleWindow(),
                        false,
                        true,
                        "all tasks stalled for memory 12 % of the last 10 s",
                        Optional.empty(),
                        r().gpu()));
    }

    /** With a GPU that has memory of its own. */
    Snapshots gpu(long total, long used) {
        return sensed(r().heat(), Optional.of(new NodeReading.Gpu(total, used)));
    }

    Snapshots hot(String heat) {
        return sensed(Optional.of(heat), r().gpu());
    }

    private Snapshots sensed(Optional<String> heat, Optional<NodeReading.Gpu> gpu) {
        NodeReading r = r();
        return reading(
                new NodeReading(
                        r.fresh(),
                        r.takenAt(),
                        r.capacity(),
                        r.available(),
                        r.reserve(),
                        r.slopePerSecond(),
                        r.settledSince(),
                        r.settleWindow(),
                        r.swapping(),
                        r.pressured(),
                        r.trouble(),
                        heat,
                        gpu));
    }

    AdmissionDecision decide() {
        return new SerialAdmission().decide(node);
    }

    private NodeReading r() {
        return node.reading().orElseThrow();
    }

    private NodeReading read(
            boolean fresh,
            long available,
            Optional<Instant> settledSince,
            OptionalLong slope,
            boolean swapping) {
        return new NodeReading(
                fresh,
                r().takenAt(),
                r().capacity(),
                available,
                r().reserve(),
                slope,
                settledSince,
                r().settleWindow(),
                swapping,
                false,
                swapping ? "pages are being swapped" : "",
                Optional.empty(),
                r().gpu());
    }

    private Snapshots with(
            Optional<NodeReading> reading,
            Lane lane,
            List<Occupant> occupants,
            List<Candidate> candidates) {
        return new Snapshots(
                new NodeSnapshot(
                        node.node(),
                        node.now(),
                        node.allocatable(),
                        node.foreign(),
                        node.schedulable(),
                        reading,
                        lane,
                        occupants,
                        candidates));
    }
}
