package io.brainmatrix.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.BrainMatrixSpec;
import io.brainmatrix.api.v1alpha1.Budget;
import io.brainmatrix.api.v1alpha1.ClaimedModel;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.ModelSource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whom a status places is let in while it is being written (decision 0004): on paper, with nothing
 * that goes wrong by itself. The seeds differ in whether the lane is taken before the status is
 * written, or after.
 */
class EarlyAdmissionTest {
    private static final String NAMESPACE = "brains";
    private static final String NODE = "node1";

    /** Until the agent has told of settled memory, in ms. */
    private static final long SETTLED = 20_000;

    /** Longer than any word is under way, in ms. */
    private static final long TOLD = 200;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void thePodIsThereBeforeAnybodyHasHeardOfItsPlace(long seed) {
        World world = calm(seed);

        place(world);

        assertThat(ours(world)).isOne();
        assertThat(world.checks.early()).isOne();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void nobodyElseWorksOnTheNodeMeanwhile(long seed) {
        World world = calm(seed);
        meanwhile(world, change -> change.after() instanceof Lease, () -> letPass(world, TOLD));

        place(world);

        assertThat(ours(world)).isOne();
        assertThat(lane(world).getSpec().getLeaseTransitions()).as("taken once").isOne();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whoeverMayNotGoThereAnyMoreIsNotLetIn(long seed) {
        World world = calm(seed);
        meanwhile(
                world,
                EarlyAdmissionTest::places,
                () -> {
                    world.nodes().getFirst().cordon(true);
                    letPass(world, TOLD);
                });

        place(world);

        assertThat(ours(world)).isZero();
        assertThat(lane(world).getSpec().getHolderIdentity()).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aStatusThatLostGivesTheLaneBackAndTheNextOneLetsIn(long seed) {
        World world = calm(seed);
        meanwhile(
                world,
                change -> change.after() instanceof Lease,
                () ->
                        world.server.edit(
                                BrainMatrix.class,
                                NAMESPACE + "/m",
                                m ->
                                        PaperServer.withMeta(
                                                m, meta -> meta.setAnnotations(edited()))));

        place(world);
        letPass(world, 2_000);

        assertThat(ours(world)).isOne();
    }

    private static Map<String, String> edited() {
        return Map.of("edited", "meanwhile");
    }

    /** One node whose memory has settled, a claim with a model, and an operator. */
    private static World calm(long seed) {
        World world = new World(seed);
        world.faults.calm();
        world.addNode(8 * PaperNode.GI, 0);
        world.server.create(
                new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withNamespace(NAMESPACE)
                        .withName("models")
                        .endMetadata()
                        .build());
        world.startOperator();
        letPass(world, SETTLED);
        return world;
    }

    private static void place(World world) {
        BrainMatrix matrix = new BrainMatrix();
        matrix.setMetadata(new ObjectMetaBuilder().withNamespace(NAMESPACE).withName("m").build());
        matrix.setSpec(
                new BrainMatrixSpec(
                        false,
                        null,
                        new ModelSource(null, new ClaimedModel("models", "m.gguf"), null),
                        null,
                        null,
                        List.of(
                                new Instance(
                                        "a",
                                        null,
                                        new Budget(new Quantity("2Gi"), null, null),
                                        null,
                                        0,
                                        null,
                                        null,
                                        null,
                                        null,
                                        null))));
        world.server.create(matrix);
        letPass(world, TOLD);
    }

    private static boolean places(PaperServer.Change change) {
        return change.after() instanceof BrainMatrix matrix
                && matrix.getStatus() != null
                && matrix.getStatus().instances().stream().anyMatch(i -> NODE.equals(i.node()));
    }

    /** Happens within the first write of such a kind, so within the operator's own call. */
    private static void meanwhile(
            World world, Predicate<PaperServer.Change> write, Runnable happens) {
        AtomicBoolean happened = new AtomicBoolean();
        world.server.watch(
                change -> {
                    if (write.test(change) && happened.compareAndSet(false, true)) {
                        happens.run();
                    }
                });
    }

    private static void letPass(World world, long millis) {
        long end = world.time.now() + millis;
        while (world.time.next() <= end) {
            world.time.step();
        }
    }

    private static long ours(World world) {
        return world.server.list(Pod.class).stream().filter(Pods::ours).count();
    }

    private static Lease lane(World world) {
        return world.server.list(Lease.class).getFirst();
    }
}
