package io.brainmatrix.operator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.EndClass;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndClassifierTest {
    @ParameterizedTest
    @CsvSource({
        "137, OOMKilled, OutOfMemory",
        "137, Error, Killed",
        // An OOM marks every container of its pod: only with a SIGKILL is it this one's own end.
        "143, OOMKilled, Killed",
        "30, OOMKilled, LoadAborted",
        "143, Error, Killed",
        "127, Error, EngineFault",
        "134, Error, EngineFault",
        "139, Error, EngineFault",
        "3, Error, EngineFault",
        "40, Error, EngineFault",
        "10, Error, ConfigurationFault",
        "11, Error, ConfigurationFault",
        "12, Error, ConfigurationFault",
        "13, Error, ConfigurationFault",
        "14, Error, ConfigurationFault",
        "15, Error, ConfigurationFault",
        "20, Error, ConfigurationFault",
        "30, Error, LoadAborted",
        "31, Error, GuardEnded",
        "32, Error, Hung",
        "33, Error, ShedForNode",
        "128, StartError, PodRefused",
        // What a runtime says of one that it finds dead; without a reboot nobody knows of what.
        "255, Unknown, Unclassified",
        "42, Error, Unclassified",
        "0, Completed, Unclassified",
    })
    void classifiesByExitCodeAndReason(int code, String reason, EndClass expected) {
        assertThat(EndClassifier.classify(PodEnds.exited(code, reason))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "143, Error, Edited, Stopped",
        "137, Error, Suspended, Stopped",
        "137, OOMKilled, Removed, Stopped",
        "143, Error, LoadTimedOut, LoadTimedOut",
        "143, Error, MountFailed, MountFailed",
        "143, Error, Unschedulable, Unschedulable",
    })
    void operatorsOwnDeletionTakesPriorityOverTheExit(
            int code, String reason, String why, EndClass expected) {
        assertThat(EndClassifier.classify(PodEnds.stopping(code, reason, why))).isEqualTo(expected);
    }

    @Test
    void evictionTakesPriorityOverTheSignal() {
        assertThat(EndClassifier.classify(PodEnds.evicted(143, "Evicted", List.of())))
                .as("emptyDir over its limit: no DisruptionTarget")
                .isEqualTo(EndClass.Evicted);
        assertThat(
                        EndClassifier.classify(
                                PodEnds.evicted(143, "", List.of("EvictionByEvictionAPI"))))
                .as("API eviction: no status reason")
                .isEqualTo(EndClass.Evicted);
        assertThat(
                        EndClassifier.classify(
                                PodEnds.evicted(137, "", List.of("DeletionByTaintManager"))))
                .isEqualTo(EndClass.Evicted);
    }

    /** What the world did to the pod, and with what its container ended then or just before. */
    @ParameterizedTest
    @CsvSource({
        "Preempting, '', 143, Error, Evicted",
        "'', PreemptionByScheduler, 143, Error, Evicted",
        "'', TerminationByKubelet, 137, Error, Evicted",
        "Evicted, '', 137, OOMKilled, Evicted",
        "Evicted, '', 31, Error, Evicted",
        "Evicted, '', 33, Error, Evicted",
        "NodeLost, '', 137, Error, NodeLost",
        // Its node is back since.
        "'', DeletionByPodGC, 137, Error, NodeLost",
        "'', DeletionByPodGC, 31, Error, GuardEnded",
        // Of both words the one about the node is believed.
        "Evicted, DeletionByPodGC, 143, Error, NodeLost",
    })
    void whatTheWorldDidComesBeforeTheExit(
            String podReason, String disruption, int code, String mark, EndClass expected) {
        PodEnd end =
                PodEnds.taken(
                        code,
                        mark,
                        podReason,
                        disruption.isEmpty() ? List.of() : List.of(disruption));

        assertThat(EndClassifier.classify(end)).isEqualTo(expected);
    }

    /** What the operator asked for stays so, whatever became of the node meanwhile. */
    @Test
    void whatWasStoppedIsNeitherLostNorRebooted() {
        PodEnd stopped = PodEnds.stopping(137, "Error", "Edited");

        assertThat(EndClassifier.classify(PodEnds.rebooted(stopped))).isEqualTo(EndClass.Stopped);
        assertThat(EndClassifier.classify(PodEnds.stoppingWithItsNode("Edited")))
                .isEqualTo(EndClass.Stopped);
    }

    @Test
    void evictionTakesPriorityOverAReboot() {
        PodEnd evicted = PodEnds.evicted(31, "Evicted", List.of());

        assertThat(EndClassifier.classify(PodEnds.rebooted(evicted)))
                .as("an own code tells that it ended before the node did")
                .isEqualTo(EndClass.Evicted);
    }

    @Test
    void vanishedNodeLeavesNoExitCodeAndIsNoEviction() {
        assertThat(EndClassifier.classify(PodEnds.nodeGone(OptionalInt.of(255))))
                .as("it rebooted first, and was told of as dead")
                .isEqualTo(EndClass.NodeLost);
        assertThat(EndClassifier.classify(PodEnds.nodeGone(OptionalInt.of(30))))
                .as("it died before its node went")
                .isEqualTo(EndClass.LoadAborted);
        assertThat(EndClassifier.classify(PodEnds.nodeGone(OptionalInt.empty())))
                .isEqualTo(EndClass.NodeLost);
    }

    @Test
    void rebootTakesPriorityOverTheExit() {
        assertThat(EndClassifier.classify(PodEnds.rebooted(PodEnds.exited(137, "Error"))))
                .isEqualTo(EndClass.NodeRebooted);
    }

    @ParameterizedTest
    @CsvSource({"137, OOMKilled, OutOfMemory", "30, Error, LoadAborted", "134, Error, EngineFault"})
    void rebootDoesNotExplainAnEndThatTellsItself(int code, String reason, EndClass expected) {
        assertThat(EndClassifier.classify(PodEnds.rebooted(PodEnds.exited(code, reason))))
                .isEqualTo(expected);
    }

    /**
     * A SIGKILL: what the runtime says, what the node's agent saw of its kernel, and how near its
     * own limit the pod was.
     */
    @ParameterizedTest
    @CsvSource({
        "OOMKilled, Seen, 500, OutOfMemory",
        "OOMKilled, Seen, 100, NodeOutOfMemory",
        "OOMKilled, NotSeen, 500, OutOfMemory",
        // A mark left over from an earlier kill in the pod that it outlived.
        "OOMKilled, NotSeen, 100, Killed",
        "OOMKilled, Unknown, 500, OutOfMemory",
        "OOMKilled, Unknown, 100, Killed",
        // The runtime's report lost a race, or the node ran out under cgroup v1.
        "Error, Seen, 500, OutOfMemory",
        "Error, Seen, 100, NodeOutOfMemory",
        "Error, NotSeen, 500, Killed",
        "Error, NotSeen, 100, Killed",
        "Error, Unknown, 500, Killed",
        "Error, Unknown, 100, Killed",
    })
    void tellsAKillForMemoryByThreeWitnesses(
            String reason, KernelKill kernel, long mebibytes, EndClass expected) {
        PodEnd end =
                PodEnds.seen(
                        PodEnds.exited(137, reason),
                        kernel,
                        PodEnds.look(Duration.ofMillis(300), mebibytes));

        assertThat(EndClassifier.classify(end)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"OOMKilled, OutOfMemory", "Error, Killed"})
    void withoutLooksOnlyTheRuntimesMarkTells(String reason, EndClass expected) {
        PodEnd end = PodEnds.seen(PodEnds.exited(137, reason), KernelKill.Seen);

        assertThat(EndClassifier.classify(end)).isEqualTo(expected);
    }

    @Test
    void aRampThatWouldHaveReachedTheLimitIsItsOwn() {
        PodEnd end =
                PodEnds.seen(
                        PodEnds.exited(137, "OOMKilled"),
                        KernelKill.Seen,
                        PodEnds.look(Duration.ofMillis(500), 200),
                        PodEnds.look(Duration.ofMillis(600), 160));

        assertThat(EndClassifier.classify(end)).isEqualTo(EndClass.OutOfMemory);
    }

    @Test
    void whoHadLongStoppedLookingAtItsMemoryHung() {
        PodEnd frozen =
                PodEnds.seen(
                        PodEnds.exited(137, "Error"),
                        KernelKill.NotSeen,
                        PodEnds.look(Duration.ofSeconds(30), 100));

        assertThat(EndClassifier.classify(frozen)).isEqualTo(EndClass.Hung);
    }

    @Test
    void podWhoseContainerNeverStartedIsNoDeath() {
        assertThat(EndClassifier.classify(PodEnds.neverStarted("LoadTimedOut")))
                .isEqualTo(EndClass.PodRefused);
        assertThat(EndClassifier.classify(PodEnds.neverStarted(""))).isEqualTo(EndClass.PodRefused);
        assertThat(EndClassifier.classify(PodEnds.neverStarted("ImageUnavailable")))
                .isEqualTo(EndClass.ImageUnavailable);
        assertThat(Ends.usesTry(EndClass.PodRefused)).isFalse();
        assertThat(Ends.usesTry(EndClass.ImageUnavailable)).isFalse();
    }
}
