package io.brainmatrix.operator.admission;

import static io.brainmatrix.operator.admission.Snapshots.GI;
import static io.brainmatrix.operator.admission.Snapshots.MI;
import static io.brainmatrix.operator.admission.Snapshots.backingOff;
import static io.brainmatrix.operator.admission.Snapshots.calm;
import static io.brainmatrix.operator.admission.Snapshots.candidate;
import static io.brainmatrix.operator.admission.Snapshots.key;
import static io.brainmatrix.operator.admission.Snapshots.loading;
import static io.brainmatrix.operator.admission.Snapshots.serving;
import static io.brainmatrix.operator.admission.Snapshots.stopped;
import static io.brainmatrix.operator.admission.Snapshots.with;
import static io.brainmatrix.operator.admission.Snapshots.withPriority;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SerialAdmissionTest {
    private static Waiting waiting(AdmissionDecision decision, String instance) {
        return Objects.requireNonNull(
                decision.waiting().get(key(instance)), () -> instance + " has no reason");
    }

    @Test
    void opensForTheOnlyOneOnACalmNode() {
        AdmissionDecision decision = calm().waiting(candidate("subject", GI)).decide();

        assertThat(decision.action())
                .isInstanceOfSatisfying(
                        Action.TakeLane.class,
                        a -> assertThat(a.candidate().key()).isEqualTo(key("subject")));
    }

    @Test
    void r1LetsNobodyInWhileAnotherLoads() {
        AdmissionDecision decision =
                calm().heldBy("god")
                        .running(loading("god", GI, Duration.ofSeconds(5)))
                        .waiting(candidate("subject", GI))
                        .decide();

        assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
        assertThat(waiting(decision, "subject").reason()).isEqualTo(Reason.WaitingForLane);
    }

    @Test
    void r1PutsAPodThatLoadsWithoutALaneBackIntoIt() {
        AdmissionDecision decision =
                calm().running(loading("god", GI, Duration.ofSeconds(5)))
                        .waiting(candidate("subject", GI))
                        .decide();

        assertThat(decision.action()).isInstanceOf(Action.ReclaimLane.class);
    }

    @Test
    void r1NeverReleasesALaneOfAnotherHand() {
        Snapshots held = calm().waiting(candidate("subject", GI));
        NodeSnapshot node = held.node();
        AdmissionDecision decision =
                new SerialAdmission()
                        .decide(
                                new NodeSnapshot(
                                        node.node(),
                                        node.now(),
                                        node.allocatable(),
                                        node.foreign(),
                                        node.schedulable(),
                                        node.reading(),
                                        Lane.of("somebody else"),
                                        node.occupants(),
                                        node.candidates()));

        assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
        assertThat(waiting(decision, "subject").message()).contains("somebody else");
    }

    @Test
    void r2CountsWhatIsPromisedAndShowsTheSum() {
        AdmissionDecision decision =
                calm().running(serving("god", 6 * GI))
                        .available(8 * GI)
                        .waiting(candidate("subject", 2 * GI))
                        .decide();

        assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
        Waiting waiting = waiting(decision, "subject");
        assertThat(waiting.reason()).isEqualTo(Reason.WaitingForMemory);
        assertThat(waiting.message())
                .contains("needs 2.4Gi (budget 2Gi + 20 % headroom)")
                .contains(
                        "1.5Gi free = 8Gi allocatable - 512Mi reserve - 0 other pods - 0 unaccounted - 6Gi promised");
    }

    @Test
    void r2ChargesAPodThatIsStillEndingAndNoLongerOneThatHasEnded() {
        Occupant god = serving("god", 6 * GI);
        Candidate subject = candidate("subject", 2 * GI);

        assertThat(
                        calm().running(with(god, false, true, god.loadSettled()))
                                .waiting(subject)
                                .decide()
                                .action())
                .isInstanceOf(Action.Nothing.class);
        assertThat(
                        calm().running(with(god, true, true, god.loadSettled()))
                                .waiting(subject)
                                .decide()
                                .action())
                .isInstanceOf(Action.TakeLane.class);
    }

    @Test
    void r2DoesNotTakePromisedAndUnusedMemoryForFree() {
        // 7Gi look free, but a pod that has used nothing yet was promised 4Gi of them.
        Occupant unseen = serving("god", 4 * GI);
        Occupant promised =
                new Occupant(
                        unseen.key(),
                        unseen.pod(),
                        unseen.podUid(),
                        unseen.commitment(),
                        java.util.OptionalLong.empty(),
                        true,
                        true,
                        false,
                        false,
                        false,
                        false,
                        unseen.loaded(),
                        unseen.loadSettled(),
                        unseen.created(),
                        unseen.loadTimeout(),
                        unseen.stuck());
        AdmissionDecision decision =
                calm().running(promised)
                        .available(6 * GI)
                        .waiting(candidate("subject", 2 * GI))
                        .decide();

        assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
        assertThat(waiting(decision, "subject").message())
                .contains(
                        "1.5Gi free = 6Gi available - 4Gi promised and not used yet - 512Mi reserve");
    }

    @Test
    void r2ChargesWhatNobodyExplains() {
        // 8Gi, and 3Gi of them used by nobody known; half a Gi of that is the system's own.
        AdmissionDecision decision =
                calm().available(5 * GI).waiting(candidate("subject", 5 * GI)).decide();

        assertThat(waiting(decision, "subject").message())
                .contains(
                        "5Gi free = 8Gi allocatable - 512Mi reserve - 0 other pods - 2.5Gi unaccounted - 0 promised");
    }

    @Test
    void r2SaysThatABudgetExceedsTheNode() {
        AdmissionDecision decision = calm().waiting(candidate("god", 8 * GI)).decide();

        assertThat(waiting(decision, "god").reason()).isEqualTo(Reason.BudgetExceedsNode);
    }

    @Test
    void r3AStaleReadingClosesTheGate() {
        AdmissionDecision decision = calm().stale().waiting(candidate("subject", GI)).decide();

        assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
        assertThat(waiting(decision, "subject").reason()).isEqualTo(Reason.WaitingForReading);
    }

    @Test
    void r4PassesAHeadThatCannotFit() {
        AdmissionDecision decision =
                calm().running(serving("first", 4 * GI))
                        .waiting(
                                withPriority(candidate("god", 5 * GI), 10),
                                candidate("subject", GI))
                        .decide();

        assertThat(decision.action())
                .isInstanceOfSatisfying(
                        Action.TakeLane.class,
                        a -> assertThat(a.candidate().key()).isEqualTo(key("subject")));
        assertThat(waiting(decision, "god").queuePosition()).isEqualTo(OptionalInt.of(1));
    }

    @Test
    void higherPriorityGoesFirst() {
        AdmissionDecision decision =
                calm().waiting(candidate("a", GI), withPriority(candidate("b", GI), 1)).decide();

        assertThat(decision.action())
                .isInstanceOfSatisfying(
                        Action.TakeLane.class,
                        a -> assertThat(a.candidate().key()).isEqualTo(key("b")));
        assertThat(waiting(decision, "a").reason()).isEqualTo(Reason.WaitingInQueue);
    }

    @Test
    void movingMemoryKeepsTheGateShutInBothDirections() {
        for (long slope : new long[] {-100 * MI, 100 * MI}) {
            AdmissionDecision decision =
                    calm().moving(slope).waiting(candidate("subject", GI)).decide();

            assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
            assertThat(waiting(decision, "subject").reason())
                    .isEqualTo(Reason.WaitingForSettledMemory);
        }
    }

    @Test
    void heatKeepsTheGateShut() {
        AdmissionDecision decision =
                calm().hot("zone cpu has 76.0 °C").waiting(candidate("subject", GI)).decide();

        assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
        assertThat(waiting(decision, "subject").reason()).isEqualTo(Reason.WaitingForCooling);
        assertThat(waiting(decision, "subject").message()).contains("76.0 °C");
    }

    @Test
    void swappingKeepsTheGateShut() {
        AdmissionDecision decision = calm().swapping().waiting(candidate("subject", GI)).decide();

        assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
        assertThat(waiting(decision, "subject").reason()).isEqualTo(Reason.Swapping);
    }

    @Test
    void stallsForMemoryKeepTheGateShut() {
        AdmissionDecision decision = calm().pressured().waiting(candidate("subject", GI)).decide();

        assertThat(decision.action()).isInstanceOf(Action.Nothing.class);
        assertThat(waiting(decision, "subject").reason()).isEqualTo(Reason.WaitingForPressure);
    }

    @Test
    void aHolderWithoutAPodGetsExactlyThatPod() {
        AdmissionDecision decision =
                calm().heldBy("subject").waiting(candidate("subject", GI)).decide();

        assertThat(decision.action()).isInstanceOf(Action.CreatePod.class);
    }

    @Test
    void r2AHolderWithoutAPodThatNoLongerFitsGivesTheLaneBack() {
        AdmissionDecision grown =
                calm().heldBy("subject").waiting(candidate("subject", 8 * GI)).decide();
        AdmissionDecision taken =
                calm().heldBy("subject").available(GI).waiting(candidate("subject", GI)).decide();

        assertThat(grown.action()).isInstanceOf(Action.ReleaseLane.class);
        assertThat(taken.action()).isInstanceOf(Action.ReleaseLane.class);
    }

    /** Its lane was taken by what a cache said, and whoever took it died before it knew better. */
    @Test
    void r1AHolderWithoutAPodGivesTheLaneBackWhereTheGateIsShut() {
        Candidate subject = candidate("subject", GI);
        AdmissionDecision beside =
                calm().heldBy("subject")
                        .running(loading("observer", GI, Duration.ofSeconds(1)))
                        .waiting(subject)
                        .decide();
        AdmissionDecision moving =
                calm().heldBy("subject").moving(1L << 30).waiting(subject).decide();
        AdmissionDecision swapping = calm().heldBy("subject").swapping().waiting(subject).decide();
        AdmissionDecision early =
                calm().heldBy("subject")
                        .waiting(backingOff(subject, Duration.ofSeconds(3)))
                        .decide();

        for (AdmissionDecision decision : List.of(beside, moving, swapping, early)) {
            assertThat(decision.action()).isInstanceOf(Action.ReleaseLane.class);
        }
    }

    @Test
    void theLaneIsKeptUntilAWholeWindowAfterTheLoadIsSettled() {
        Occupant justLoaded = with(serving("subject", GI), false, false, false);
        Occupant settled = with(serving("subject", GI), false, false, true);

        assertThat(calm().heldBy("subject").running(justLoaded).decide().action())
                .isInstanceOf(Action.Nothing.class);
        assertThat(calm().heldBy("subject").running(settled).decide().action())
                .isInstanceOf(Action.ReleaseLane.class);
        assertThat(calm().heldBy("subject").running(settled).moving(-50 * MI).decide().action())
                .isInstanceOf(Action.Nothing.class);
        assertThat(calm().heldBy("subject").running(settled).stale().decide().action())
                .isInstanceOf(Action.Nothing.class);
    }

    @Test
    void aLoadPastItsTimeIsEndedAndTheLaneKeptUntilItHasEnded() {
        Occupant late = loading("subject", GI, Duration.ofMinutes(5));

        assertThat(calm().heldBy("subject").running(late).decide().action())
                .isInstanceOfSatisfying(
                        Action.EndLoad.class,
                        a -> assertThat(a.end()).isEqualTo(EndClass.LoadTimedOut));
        assertThat(
                        calm().heldBy("subject")
                                .running(with(late, false, true, false))
                                .decide()
                                .action())
                .isInstanceOf(Action.Nothing.class);
        assertThat(
                        calm().heldBy("subject")
                                .running(with(late, true, true, false))
                                .decide()
                                .action())
                .isInstanceOf(Action.ReleaseLane.class);
    }

    @Test
    void theLaneOfOneWhoseContainerHasStoppedIsFreeAndItsRoomIsNot() {
        Occupant inItsLoad = stopped(loading("god", 6 * GI, Duration.ofSeconds(20)));
        Occupant dead = stopped(serving("god", 6 * GI));

        assertThat(calm().heldBy("god").running(inItsLoad).decide().action())
                .isInstanceOf(Action.ReleaseLane.class);
        // Then: nobody takes the lane back for it, and whoever fits beside it may come.
        assertThat(calm().running(inItsLoad).decide().action()).isInstanceOf(Action.Nothing.class);
        assertThat(calm().running(dead).waiting(candidate("subject", GI)).decide().action())
                .isInstanceOf(Action.TakeLane.class);
        assertThat(calm().running(dead).waiting(candidate("subject", 2 * GI)).decide().action())
                .isInstanceOf(Action.Nothing.class);
    }

    @Test
    void r5DecidesTheSameFromTheSameSnapshot() {
        Snapshots node = calm().waiting(candidate("a", GI), candidate("b", GI));

        assertThat(node.decide()).isEqualTo(node.decide());
    }
}
