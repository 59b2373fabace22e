package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.InferenceImage;
import io.fabric8.kubernetes.api.model.NodeCondition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The scene that took nodes down: a quarter, five sixteenths and three eighths of a node and a
 * sixteenth for its system. Two run, the third waits; each of the two is driven over its budget,
 * and nobody but itself notices.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class NeighboursE2E {
    private static final String MATRIX = "jar";
    private static final long MI = 1L << 20;

    /** A sip small enough to be answered before the next. */
    private static final long SIP_MIB = 512;

    private final Cluster cluster;
    private final World world = new World();
    private final long node;

    NeighboursE2E(Cluster cluster) {
        this.cluster = cluster;
        this.node = cluster.allocatable();
    }

    @BeforeEach
    void shares() {
        world.place(Models.chain(Models.TINY_MIB), "jar.gguf");
        NodeReserve.set(cluster, node / 16);
    }

    @AfterEach
    void back() {
        NodeReserve.reset(cluster);
        world.remove("jar.gguf");
    }

    @Test
    void oneOverItsBudgetDiesAloneAndTheNodeDoesNotNotice() {
        String image = InferenceImage.of(cluster.client(), Chart.NAMESPACE);
        KernelLog kernel = KernelLog.fromNow();
        NodeCondition before = pressure();
        try (OwnOperator _ =
                        OwnOperator.making(
                                cluster,
                                image.replace("inference-pod:", "inference-pod-unguarded:"));
                ClusterUser user = new ClusterUser(cluster, "e2e-jar")) {
            long subject = node / 4;
            long observer = node * 5 / 16;
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("jar.gguf"))
                            .instance("name: subject, budget: {ram: \"%d\"}".formatted(subject))
                            .instance(
                                    "name: observer, watches: [subject], budget: {ram: \"%d\"}"
                                            .formatted(observer))
                            .instance(
                                    "name: god, watches: [subject, observer], budget: {ram: \"%d\"}"
                                            .formatted(node * 3 / 8)));
            user.awaitReady(MATRIX, "subject", "observer");
            user.awaitReason(MATRIX, "god", Reason.WaitingForMemory);
            assertThat(user.status(MATRIX, "god").message())
                    .containsPattern("needs [0-9.]+Gi .* has -?[0-9.]+[GM]i");

            List<String> killed = new ArrayList<>();
            killed.add(user.podOf(MATRIX, "subject").getMetadata().getUid());
            over(user, "subject", subject, "observer");
            killed.add(user.podOf(MATRIX, "observer").getMetadata().getUid());
            over(user, "observer", observer, "subject");

            assertThat(kernel.memoryCgroupsOfKills())
                    .isNotEmpty()
                    .allSatisfy(cgroup -> assertThat(killed).anyMatch(cgroup::contains));
            assertThat(kernel.globalKills()).isEmpty();
            NodeCondition after = pressure();
            assertThat(after.getStatus()).isEqualTo("False");
            assertThat(after.getLastTransitionTime()).isEqualTo(before.getLastTransitionTime());
            assertThat(user.status(MATRIX, "god").phase()).isEqualTo(Phase.Waiting);
        }
    }

    /** Drives one past its budget by a 32nd of the node, with requests to the other meanwhile. */
    private void over(ClusterUser user, String thirsty, long budget, String neighbour) {
        user.awaitAnswer(MATRIX, thirsty);
        user.awaitAnswer(MATRIX, neighbour);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger answers = new AtomicInteger();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Thread asking =
                Thread.ofPlatform()
                        .name("asks " + neighbour)
                        .start(
                                () -> {
                                    while (!done.get()) {
                                        try {
                                            assertThat(
                                                            user.service(MATRIX, neighbour)
                                                                    .complete("the quick", 1))
                                                    .isEqualTo(" brown");
                                            answers.incrementAndGet();
                                        } catch (RuntimeException | AssertionError e) {
                                            failures.add(e);
                                        }
                                    }
                                });
        try {
            long sips = (budget + node / 32) / (SIP_MIB * MI) + 1;
            for (long i = 0; i < sips; i++) {
                try {
                    user.service(MATRIX, thirsty).complete("drink " + SIP_MIB, 1);
                } catch (RuntimeException e) {
                    break; // it died with the request: the count below says of what
                }
            }
            Await.until(
                    cluster,
                    thirsty + "'s death is counted",
                    () -> assertThat(user.deaths(MATRIX, thirsty)).isEqualTo(1));
            Crashes crashes = Objects.requireNonNull(user.status(MATRIX, thirsty).crashes());
            assertThat(crashes.recent().getFirst().endClass()).isEqualTo(EndClass.OutOfMemory);
            user.awaitReady(MATRIX, thirsty, neighbour);
        } finally {
            done.set(true);
            join(asking);
        }
        assertThat(failures).isEmpty();
        assertThat(answers.get()).as("answers of " + neighbour).isGreaterThan(5);
        assertThat(user.deaths(MATRIX, neighbour)).isEqualTo(thirsty.equals("subject") ? 0 : 1);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private NodeCondition pressure() {
        return cluster
                .client()
                .nodes()
                .withName(cluster.node())
                .get()
                .getStatus()
                .getConditions()
                .stream()
                .filter(c -> c.getType().equals("MemoryPressure"))
                .findFirst()
                .orElseThrow();
    }
}
