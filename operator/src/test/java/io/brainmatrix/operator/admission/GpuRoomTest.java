package io.brainmatrix.operator.admission;

import static io.brainmatrix.operator.admission.Snapshots.GI;
import static io.brainmatrix.operator.admission.Snapshots.MI;
import static io.brainmatrix.operator.admission.Snapshots.calm;
import static io.brainmatrix.operator.admission.Snapshots.candidate;
import static io.brainmatrix.operator.admission.Snapshots.key;
import static io.brainmatrix.operator.admission.Snapshots.loading;
import static io.brainmatrix.operator.admission.Snapshots.serving;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** R2 for what an instance may have on the GPU: in one pool with the CPU, or in one of its own. */
class GpuRoomTest {
    private static Commitment unified(long ram, long gpu) {
        return new Commitment(ram, gpu, true);
    }

    private static Commitment discrete(long ram, long gpu) {
        return new Commitment(ram, gpu, false);
    }

    private static Waiting waiting(Snapshots node, String instance) {
        return Objects.requireNonNull(node.decide().waiting().get(key(instance)));
    }

    private static boolean letsIn(Snapshots node, String instance) {
        return node.decide().action() instanceof Action.TakeLane(Candidate let)
                && let.key().equals(key(instance));
    }

    @Test
    void onAUnifiedNodeBothPartsAreOneSum() {
        // 7.5Gi can be promised: 6Gi with its headroom fits, 6.5Gi does not.
        assertThat(letsIn(calm().waiting(candidate("a", unified(2 * GI, 3 * GI))), "a")).isTrue();

        Waiting tooMuch =
                waiting(
                        calm().running(serving("b", GI))
                                .waiting(candidate("a", unified(2 * GI, 4 * GI))),
                        "a");

        assertThat(tooMuch.reason()).isEqualTo(Reason.WaitingForMemory);
        assertThat(tooMuch.message())
                .startsWith("needs 7.2Gi (budget 2Gi RAM and 4Gi GPU + 20 % headroom)")
                .contains("6.5Gi free = 8Gi allocatable - 512Mi reserve");
    }

    @Test
    void ofTwoWhoseGpuSharesExceedThePoolTheSecondWaits() {
        // The original's second scenario: 5.5 of 8 each, 137 % of the pool.
        Snapshots node =
                calm().running(serving("first", unified(512 * MI, 5 * GI)))
                        .available(GI)
                        .waiting(candidate("second", unified(512 * MI, 5 * GI)));

        assertThat(waiting(node, "second").reason()).isEqualTo(Reason.WaitingForMemory);
    }

    @Test
    void whatALoadedPodHasOnTheGpuIsNotPromisedTwice() {
        // 3Gi on the GPU and 1Gi of RAM are taken: of 7Gi available before, 3Gi are left.
        Snapshots node =
                calm().running(serving("b", unified(GI, 3 * GI)))
                        .available(3 * GI)
                        .waiting(candidate("a", 2 * GI));

        assertThat(letsIn(node, "a")).isTrue();
    }

    @Test
    void whatALoadingPodHasNotTakenYetIsNotFree() {
        Ledger ledger =
                Ledger.of(
                        calm().running(loading("b", unified(GI, 3 * GI), Duration.ofSeconds(1)))
                                .node(),
                        calm().node().reading().orElseThrow());

        assertThat(ledger.unused()).isEqualTo(4 * GI);
        assertThat(ledger.committed()).isEqualTo(4 * GI);
    }

    @Test
    void aDiscreteGpuHasASumOfItsOwn() {
        Snapshots node =
                calm().gpu(8 * GI, 5 * GI)
                        .running(serving("b", discrete(GI, 5 * GI)))
                        .available(6 * GI);

        assertThat(letsIn(node.waiting(candidate("a", discrete(4 * GI, 2 * GI))), "a")).isTrue();

        Waiting tooMuch = waiting(node.waiting(candidate("a", discrete(GI, 3 * GI))), "a");
        assertThat(tooMuch.reason()).isEqualTo(Reason.WaitingForMemory);
        assertThat(tooMuch.message())
                .startsWith("needs 3.6Gi of GPU memory (budget 3Gi + 20 % headroom)")
                .contains("3Gi free = 8Gi of the GPU - 0 unaccounted - 5Gi promised");
    }

    @Test
    void aStrangerOnTheGpuIsUnaccountedAndItsRoomIsNotGiven() {
        Snapshots node = calm().gpu(8 * GI, 6 * GI);

        Waiting waits = waiting(node.waiting(candidate("a", discrete(GI, 4 * GI))), "a");

        assertThat(waits.message()).contains("2Gi free = 8Gi of the GPU - 6Gi unaccounted");
    }

    @Test
    void aGpuShareThatIsPromisedAndNotLoadedYetIsNotFree() {
        Occupant loading = loading("b", discrete(GI, 5 * GI), Duration.ofSeconds(1));
        GpuLedger ledger =
                Ledger.of(
                                calm().gpu(8 * GI, GI).running(loading).node(),
                                calm().gpu(8 * GI, GI).node().reading().orElseThrow())
                        .gpu()
                        .orElseThrow();

        assertThat(ledger.measuredFree()).isEqualTo(2 * GI);
        assertThat(ledger.unaccounted()).isEqualTo(GI);
    }

    @Test
    void withoutAReadingOfTheGpuTheGateIsClosedForWhoeverNeedsIt() {
        Snapshots node = calm().waiting(candidate("a", discrete(GI, GI)), candidate("b", GI));

        assertThat(waiting(node, "a").reason()).isEqualTo(Reason.WaitingForReading);
        assertThat(letsIn(node, "b")).isTrue();
    }

    @Test
    void aShareThatTheGpuCouldNeverHoldSaysSo() {
        Waiting never =
                waiting(calm().gpu(8 * GI, 0).waiting(candidate("a", discrete(GI, 8 * GI))), "a");

        assertThat(never.reason()).isEqualTo(Reason.BudgetExceedsNode);
        assertThat(never.message()).contains("`edge` has 8Gi of it in all");
    }

    @Test
    void anInstanceThatFitsOneSumAndNotTheOtherHoldsUpNobody() {
        Snapshots node =
                calm().gpu(8 * GI, 0)
                        .running(serving("c", discrete(GI, 7 * GI)))
                        .waiting(candidate("a", discrete(GI, 2 * GI)), candidate("b", GI));

        assertThat(letsIn(node, "b")).isTrue();
    }
}
