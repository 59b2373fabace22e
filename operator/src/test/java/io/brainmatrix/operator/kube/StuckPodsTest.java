package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.operator.admission.Occupant;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The others are shown by real kubelets in e2e/. */
class StuckPodsTest {
    private static final Instant CREATED = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void whomTheSchedulerCannotPlaceIsUnschedulableOnceItHasHadItsTime() {
        Pod pod =
                new PodBuilder()
                        .withNewStatus()
                        .addNewCondition()
                        .withType("PodScheduled")
                        .withStatus("False")
                        .withReason("Unschedulable")
                        .withMessage("0/1 nodes are available: 1 Insufficient cpu.")
                        .endCondition()
                        .endStatus()
                        .build();

        assertThat(StuckPods.judge(pod, CREATED, CREATED.plusSeconds(1), p -> List.of())).isEmpty();
        assertThat(StuckPods.judge(pod, CREATED, CREATED.plusSeconds(3), p -> List.of()))
                .contains(
                        new Occupant.Stuck(
                                EndClass.Unschedulable,
                                "Unschedulable: 0/1 nodes are available: 1 Insufficient cpu."));
    }
}
