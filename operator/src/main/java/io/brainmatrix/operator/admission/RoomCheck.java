package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Reason;
import java.util.Optional;

/**
 * The gate's condition of room: by a fresh reading, beside what is promised, and by measurement; of
 * the node's memory, and of its GPU's where that has its own (R2, R3).
 */
final class RoomCheck {
    private RoomCheck() {}

    /** Is there a fresh reading, and room by it? */
    static Verdict judge(NodeSnapshot node, Candidate candidate) {
        if (node.reading().isEmpty() || !node.reading().get().fresh()) {
            return Verdict.no(
                    Reason.WaitingForReading,
                    "no fresh reading of node `%s`'s memory; is its node agent running?"
                            .formatted(node.node()));
        }
        Ledger ledger = Ledger.of(node, node.reading().get());
        Verdict memory = memoryRoom(node, candidate, ledger);
        return memory.passes() && candidate.commitment().discrete() > 0
                ? gpuRoom(node, candidate, ledger.gpu())
                : memory;
    }

    private static Verdict memoryRoom(NodeSnapshot node, Candidate candidate, Ledger ledger) {
        long needed = candidate.needed().memory();
        if (needed > ledger.most().memory()) {
            return Verdict.no(
                    Reason.BudgetExceedsNode,
                    "needs %s, node `%s` can give at most %s even when empty (%s allocatable - %s reserve - %s other pods); lower `spec.instances[%s].budget`"
                            .formatted(
                                    needs(candidate),
                                    node.node(),
                                    Bytes.text(ledger.most().memory()),
                                    Bytes.text(ledger.allocatable()),
                                    Bytes.text(ledger.reserve()),
                                    Bytes.text(ledger.foreign()),
                                    candidate.key().instance()));
        }
        if (needed > ledger.free()) {
            return Verdict.no(
                    Reason.WaitingForMemory,
                    "needs %s, node `%s` has %s; lower `spec.instances[%s].budget` or free memory"
                            .formatted(
                                    needs(candidate),
                                    node.node(),
                                    ledger.explainPromised(),
                                    candidate.key().instance()));
        }
        // While another loads, measured memory moves: only what is promised can be judged then.
        if (node.lane().holder().isEmpty() && needed > ledger.measuredFree()) {
            return Verdict.no(
                    Reason.WaitingForMemory,
                    "needs %s, node `%s` has %s; free memory on the node"
                            .formatted(needs(candidate), node.node(), ledger.explainMeasured()));
        }
        return Verdict.PASSES;
    }

    /** The same for a GPU that has memory of its own. */
    private static Verdict gpuRoom(
            NodeSnapshot node, Candidate candidate, Optional<GpuLedger> account) {
        if (account.isEmpty()) {
            return Verdict.no(
                    Reason.WaitingForReading,
                    "needs %s, nobody tells of memory of a GPU on node `%s`; is its driver there, and `agent.runtimeClassName` set?"
                            .formatted(gpuNeeds(candidate), node.node()));
        }
        GpuLedger gpu = account.get();
        long needed = candidate.needed().discrete();
        if (needed > gpu.total()) {
            return Verdict.no(
                    Reason.BudgetExceedsNode,
                    "needs %s, node `%s` has %s of it in all; lower `spec.instances[%s].budget.gpu`"
                            .formatted(
                                    gpuNeeds(candidate),
                                    node.node(),
                                    Bytes.text(gpu.total()),
                                    candidate.key().instance()));
        }
        if (needed > gpu.free()) {
            return Verdict.no(
                    Reason.WaitingForMemory,
                    "needs %s, node `%s` has %s; lower `spec.instances[%s].budget.gpu` or free memory"
                            .formatted(
                                    gpuNeeds(candidate),
                                    node.node(),
                                    gpu.explainPromised(),
                                    candidate.key().instance()));
        }
        if (node.lane().holder().isEmpty() && needed > gpu.measuredFree()) {
            return Verdict.no(
                    Reason.WaitingForMemory,
                    "needs %s, node `%s` has %s; free memory of the GPU"
                            .formatted(gpuNeeds(candidate), node.node(), gpu.explainMeasured()));
        }
        return Verdict.PASSES;
    }

    private static String needs(Candidate candidate) {
        Commitment budget = candidate.commitment();
        return "%s (budget %s + %d %% headroom)"
                .formatted(
                        Bytes.text(candidate.needed().memory()),
                        budget.unified() ? budget.text() : Bytes.text(budget.ram()),
                        candidate.headroomPercent());
    }

    private static String gpuNeeds(Candidate candidate) {
        return "%s of GPU memory (budget %s + %d %% headroom)"
                .formatted(
                        Bytes.text(candidate.needed().discrete()),
                        Bytes.text(candidate.commitment().discrete()),
                        candidate.headroomPercent());
    }
}
