package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.Reason;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The gate's conditions over the eligible queue, in this order: a fresh reading, room in the
 * ledger, the lane, room by measurement, no swapping and no pressure, no heat, settled memory. The
 * first that fails is the reason shown.
 *
 * <p>Room comes before the lane, so that one that cannot fit says so with its arithmetic even while
 * others load.
 */
final class Gate {
    private Gate() {}

    /**
     * Finds the candidate that the gate opens for and writes down why the others wait.
     *
     * @param waiting gets one entry for each candidate of the queue
     * @return the first of the queue that fits; empty while the gate is closed
     */
    static Optional<Candidate> judge(
            NodeSnapshot node, List<Candidate> queue, Map<InstanceKey, Waiting> waiting) {
        Map<Candidate, Verdict> rooms = rooms(node, queue);
        Optional<Candidate> head = head(node, queue, rooms);
        boolean open = false;
        int position = 0;
        for (Candidate candidate : queue) {
            position++;
            Verdict verdict = rooms.getOrDefault(candidate, Verdict.PASSES);
            if (head.filter(candidate::equals).isPresent()) {
                verdict = calm(node, candidate);
                open = verdict.passes();
            } else if (verdict.passes()) {
                verdict = behind(node, head.orElseThrow());
            }
            String message =
                    verdict.passes()
                            ? verdict.message()
                            : "%s; number %d of %d in the queue"
                                    .formatted(verdict.message(), position, queue.size());
            waiting.put(
                    candidate.key(),
                    new Waiting(verdict.reason(), message, OptionalInt.of(position)));
        }
        return open ? head : Optional.empty();
    }

    /** Whether each has room, and whose turn it is to be passed. */
    private static Map<Candidate, Verdict> rooms(NodeSnapshot node, List<Candidate> queue) {
        Map<Candidate, Verdict> rooms = new HashMap<>();
        Optional<Turn> turn = Optional.empty();
        for (Candidate candidate : queue) {
            Verdict verdict = RoomCheck.judge(node, candidate);
            if (verdict.passes()) {
                verdict = besideKept(node, candidate);
            }
            if (verdict.passes() && turn.filter(t -> t.holdsBack(candidate)).isPresent()) {
                verdict = heldBack(node, turn.get());
            } else if (verdict.reason() == Reason.WaitingForMemory && turn.isEmpty()) {
                turn = Turn.of(candidate, node.now());
            }
            rooms.put(candidate, verdict);
        }
        return rooms;
    }

    /** Is there room beside what is kept for those that are about to come back? */
    private static Verdict besideKept(NodeSnapshot node, Candidate candidate) {
        List<Candidate> kept = keptBefore(node, candidate);
        if (kept.isEmpty()) {
            return Verdict.PASSES;
        }
        Commitment needed = candidate.needed();
        for (Candidate other : kept) {
            needed = needed.plus(other.needed());
        }
        Ledger ledger = Ledger.of(node, node.reading().orElseThrow());
        return ledger.now(node).holds(needed)
                ? Verdict.PASSES
                : Verdict.no(
                        Reason.WaitingInQueue,
                        "behind `%s`, whose room on node `%s` is kept until its backoff ends at %s"
                                .formatted(
                                        kept.getFirst().key().text(),
                                        node.node(),
                                        kept.getFirst()
                                                .keptUntil()
                                                .orElseThrow()
                                                .truncatedTo(ChronoUnit.SECONDS)));
    }

    /** Whether nothing but time, and its pod's way out, keeps it from the queue. */
    private static boolean comesBack(Candidate candidate) {
        return candidate.hindrance().isEmpty()
                || candidate.hindrance().get().reason() == Reason.WaitingForPreviousPod;
    }

    /** Who backs off after a death and is not behind the candidate. */
    private static List<Candidate> keptBefore(NodeSnapshot node, Candidate candidate) {
        return node.candidates().stream()
                .filter(Gate::comesBack)
                .filter(c -> c.keptUntil().filter(at -> at.isAfter(node.now())).isPresent())
                .filter(c -> Queue.notBehind(c, candidate))
                .toList();
    }

    /**
     * The first of the queue that has room. Of its equals that have: one that returns, for the
     * memory was its own; else the best.
     */
    private static Optional<Candidate> head(
            NodeSnapshot node, List<Candidate> queue, Map<Candidate, Verdict> rooms) {
        List<Candidate> fitting =
                queue.stream().filter(c -> rooms.getOrDefault(c, Verdict.PASSES).passes()).toList();
        if (fitting.isEmpty()) {
            return Optional.empty();
        }
        Ledger ledger = Ledger.of(node, node.reading().orElseThrow());
        Room room = ledger.now(node);
        for (Candidate kept : keptBefore(node, fitting.getFirst())) {
            room = room.without(kept.needed());
        }
        List<Candidate> equals =
                fitting.stream().filter(c -> Queue.equals(c, fitting.getFirst())).toList();
        List<Candidate> returning = equals.stream().filter(Candidate::returning).toList();
        return Optional.of(BestFit.first(returning.isEmpty() ? equals : returning, room));
    }

    /** Whether there is a fresh reading and, by promises and by measurement, room. */
    static boolean fits(NodeSnapshot node, Candidate candidate) {
        if (node.reading().filter(NodeReading::fresh).isEmpty()) {
            return false;
        }
        Ledger ledger = Ledger.of(node, node.reading().get());
        return ledger.promised().least(ledger.measured()).holds(candidate.needed());
    }

    /** The head fits: is the lane free and the node calm? */
    private static Verdict calm(NodeSnapshot node, Candidate candidate) {
        if (node.lane().holder().isPresent()) {
            Holder holder = node.lane().holder().get();
            if (holder.equals(candidate.holder())) {
                return Verdict.no(Reason.Loading, "let in; its pod is being created");
            }
            return Verdict.no(
                    Reason.WaitingForLane,
                    "pod `%s/%s` is loading on node `%s`"
                            .formatted(holder.namespace(), holder.pod(), node.node()));
        }
        if (node.lane().foreign().isPresent()) {
            return Verdict.no(
                    Reason.WaitingForLane,
                    "the lane of node `%s` is held by `%s`, which is no pod of this operator; delete its Lease"
                            .formatted(node.node(), node.lane().foreign().get()));
        }
        return settled(node, candidate);
    }

    /** Whether the node's memory is as calm as the candidate asks, whoever holds the lane. */
    static Verdict settled(NodeSnapshot node, Candidate candidate) {
        NodeReading reading = node.reading().orElseThrow();
        if (reading.swapping() || reading.pressured()) {
            return Verdict.no(
                    reading.swapping() ? Reason.Swapping : Reason.WaitingForPressure,
                    "node `%s`: %s".formatted(node.node(), reading.trouble()));
        }
        if (reading.heat().isPresent()) {
            return Verdict.no(
                    Reason.WaitingForCooling,
                    "node `%s`: %s".formatted(node.node(), reading.heat().get()));
        }
        Candidate.SettleDemand demand = candidate.settle();
        boolean asked =
                reading.settleWindow().compareTo(demand.window()) >= 0
                        && reading.slopePerSecond().isPresent()
                        && Math.abs(reading.slopePerSecond().getAsLong())
                                <= demand.maxSlopePerSecond();
        if (reading.settledSince().isEmpty() || !asked) {
            return Verdict.no(
                    Reason.WaitingForSettledMemory,
                    "memory of node `%s` moves by %s/s; it must stay within %s/s for %s"
                            .formatted(
                                    node.node(),
                                    reading.slopePerSecond().isPresent()
                                            ? Bytes.text(reading.slopePerSecond().getAsLong())
                                            : "an unknown amount",
                                    Bytes.text(demand.maxSlopePerSecond()),
                                    Durations.text(demand.window())));
        }
        return new Verdict(true, Reason.Loading, "the gate is open");
    }

    private static Verdict behind(NodeSnapshot node, Candidate head) {
        return Verdict.no(
                Reason.WaitingInQueue,
                "behind `%s` on node `%s`".formatted(head.key().text(), node.node()));
    }

    private static Verdict heldBack(NodeSnapshot node, Turn turn) {
        return Verdict.no(
                Reason.WaitingInQueue,
                "behind `%s`, which has waited long for memory on node `%s`: until %s newcomers leave it what becomes free"
                        .formatted(
                                turn.waits().key().text(),
                                node.node(),
                                turn.until().truncatedTo(ChronoUnit.SECONDS)));
    }
}
