package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.operator.matrix.PodView;
import io.brainmatrix.operator.recovery.PodEnd;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodReaderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    /** The boot it was let in under, the one that its process saw, and the node's present one. */
    @ParameterizedTest
    @CsvSource({
        "one, one, one, false",
        "one, one, two, true",
        // Let in before its node's reboot, and started after it.
        "one, two, two, false",
        "one, '', two, true",
        "one, '', one, false",
    })
    void tellsWhetherItsNodeRebootedUnderIt(
            String letIn, String saw, String present, boolean rebooted) {
        String message = saw.isEmpty() ? "" : "{\"phase\":\"Serving\",\"bootId\":\"" + saw + "\"}";

        PodView view = view(ended(letIn, message), present, false, false);

        assertThat(view.end().orElseThrow().rebooted()).isEqualTo(rebooted);
    }

    /**
     * The container has ended, and the phase does not say so yet: by what its kubelet tells in
     * Events, and by what is written down.
     */
    @ParameterizedTest
    @CsvSource({
        "31, false, false, true",
        "31, true, false, false",
        // What is counted has ended, whatever is told meanwhile.
        "31, true, true, true",
        "143, false, false, false",
        "143, false, true, true",
    })
    void tellsAnEndBeforeItsPhaseDoes(
            int code, boolean byItsKubelet, boolean counted, boolean told) {
        Pod pod = ended("one", "{\"phase\":\"Serving\",\"bootId\":\"one\"}");
        pod.getStatus().setPhase("Running");
        pod.getStatus()
                .getContainerStatuses()
                .getFirst()
                .getState()
                .getTerminated()
                .setExitCode(code);

        PodView view = view(pod, "one", counted, byItsKubelet);

        assertThat(view.end().isPresent()).isEqualTo(told);
        assertThat(view.end().filter(PodEnd::over)).as("its phase does not say so").isEmpty();
        assertThat(PodReader.ended(pod, true)).as("its memory stays charged").isFalse();
    }

    /** Seconds that the pod has been there, and that its container ran by its node's clock. */
    @ParameterizedTest
    @CsvSource({"20, 9, 9", "20, 86409, 20", "700, 690, 690"})
    void aClockThatJumpedMakesNoLongLife(long there, long ranByTheClock, long ran) {
        Pod pod = ended("one", "");
        pod.getMetadata().setCreationTimestamp(NOW.minusSeconds(there).toString());
        var terminated =
                pod.getStatus().getContainerStatuses().getFirst().getState().getTerminated();
        Instant endedAt = Instant.parse(terminated.getFinishedAt());
        terminated.setStartedAt(endedAt.minusSeconds(ranByTheClock).toString());

        PodEnd end = view(pod, "one", false, false).end().orElseThrow();

        assertThat(end.startedAt()).contains(endedAt.minusSeconds(ran));
    }

    /** On a node of that boot, which nobody measures. */
    private static PodView view(Pod pod, String bootId, boolean counted, boolean byItsKubelet) {
        return PodReader.view(
                pod, Optional.of(node(bootId)), Optional.empty(), counted, p -> byItsKubelet, NOW);
    }

    private static Node node(String bootId) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName("edge")
                .endMetadata()
                .withNewStatus()
                .withNewNodeInfo()
                .withBootID(bootId)
                .endNodeInfo()
                .endStatus()
                .build();
    }

    private static Pod ended(String bootId, String message) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("jar-subject-1")
                .withUid("uid")
                .addToAnnotations(WorkloadNames.BOOT_ID, bootId)
                .endMetadata()
                .withNewSpec()
                .withNodeName("edge")
                .addNewContainer()
                .withName(WorkloadNames.CONTAINER)
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Failed")
                .addNewContainerStatus()
                .withName(WorkloadNames.CONTAINER)
                .withNewState()
                .withNewTerminated()
                .withExitCode(137)
                .withReason("Error")
                .withMessage(message)
                .withStartedAt(NOW.minusSeconds(9).toString())
                .withFinishedAt(NOW.toString())
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }
}
