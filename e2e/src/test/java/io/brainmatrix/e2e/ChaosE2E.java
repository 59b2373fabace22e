package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Phase;
import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Random faults on a real kubelet, at random moments, many of them while a lane is held: loads
 * never overlap (R1), each death is counted once and by a name of its own (R6), and everybody comes
 * back (R4). {@code make chaos RUNS=n SEED=s}.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
@EnabledIfEnvironmentVariable(
        named = NodeParts.COMMAND,
        matches = ".+",
        disabledReason = "needs a command that stops and starts the node's components")
class ChaosE2E {
    static final String MATRIX = "chaos";
    private static final List<String> INSTANCES = List.of("big", "first", "second");
    private static final int FAULTS_PER_RUN = 4;

    /** With those that meet nobody, or are not what was meant. */
    private static final int MOST_TRIES = 7;

    private static final Duration MOMENT_WITHIN = Duration.ofSeconds(20);

    private final Cluster cluster;
    private final World world = new World();
    private final Map<ChaosFault, Integer> struck = new EnumMap<>(ChaosFault.class);
    private final Map<ChaosFault, Integer> inVain = new EnumMap<>(ChaosFault.class);
    private final AtomicBoolean held = new AtomicBoolean();
    private final Failpoint failpoint = new Failpoint();
    private final Deque<ChaosFault> deck = new ArrayDeque<>();

    /** Those of the deck that get a second chance. */
    private final Set<ChaosFault> again = EnumSet.noneOf(ChaosFault.class);

    private final List<AssertionError> violations = new ArrayList<>();
    private int faults;
    private int inALane;
    private long deaths;

    ChaosE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void everyDeathIsCountedOnceAndEverybodyComesBack() {
        int runs = Integer.getInteger("brainmatrix.chaos.runs", 5); // each fault once
        long seed = Long.getLong("brainmatrix.chaos.seed", 1);
        world.place(Models.chain(Models.TINY_MIB), "chaos.gguf");
        world.place(Models.chain(Models.LARGE_MIB), "chaos-large.gguf");
        Random random = new Random(seed);
        NodeParts parts = new NodeParts();
        try (SmallDisk disk = SmallDisk.mount(cluster, parts)) {
            for (int run = 1; run <= runs; run++) {
                try {
                    run(run, random, parts, disk);
                } catch (AssertionError e) {
                    System.out.printf("run %d: violation: %s%n", run, beginning(e));
                    violations.add(e);
                }
            }
        } finally {
            world.remove("chaos.gguf");
            world.remove("chaos-large.gguf");
        }
        System.out.printf(
                "chaos: seed %d, %d runs, %d faults, %d of them while a lane was held, %d deaths, %d violations; %s%n",
                seed, runs, faults, inALane, deaths, violations.size(), struck);
        System.out.printf("chaos: met nobody, and were tried again: %s%n", inVain);
        System.out.printf(
                "chaos: the write before the operator's end was its last: %s%n", failpoint);
        if (!violations.isEmpty()) {
            AssertionError first = violations.removeFirst();
            violations.forEach(first::addSuppressed);
            throw first;
        }
        assertThat(faults).as("faults").isGreaterThanOrEqualTo(runs * FAULTS_PER_RUN * 3 / 4);
        assertThat(inALane)
                .as("faults while a lane was held")
                .isGreaterThanOrEqualTo(faults * 3 / 10);
        for (ChaosFault fault : ChaosFault.values()) {
            assertThat(struck.getOrDefault(fault, 0))
                    .as("%s, at least once in ten runs", fault)
                    .isGreaterThanOrEqualTo(runs / 10);
        }
    }

    private void run(int run, Random random, NodeParts parts, SmallDisk disk) {
        String node = cluster.node();
        String namespace = "e2e-chaos-" + run;
        Set<String> pods;
        try (ClusterUser user = new ClusterUser(cluster, namespace);
                LaneHistory lane = new LaneHistory(cluster);
                ChaosWitness witness =
                        new ChaosWitness(cluster, namespace, System.getenv(NodeParts.COMMAND))) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("chaos.gguf"))
                            .spec("recovery: {backoff: [%s]}".formatted("1s, ".repeat(15) + "1s"))
                            .instance(
                                    "name: big, budget: {ram: 700Mi, cpu: 700m}, model: {hostPath: %s}"
                                            .formatted(World.hostPath("chaos-large.gguf")))
                            .instance("name: first, budget: {ram: 256Mi}")
                            .instance("name: second, budget: {ram: 256Mi}"));
            var scene =
                    new ChaosFault.Scene(
                            cluster, namespace, node, world, parts, disk, witness, lane, failpoint,
                            random, held);
            List<String> told = new ArrayList<>();
            for (int tries = 0; told.size() < FAULTS_PER_RUN && tries < MOST_TRIES; tries++) {
                moment(lane, scene, random);
                ChaosFault meant = next(random);
                Optional<ChaosFault> fault = strike(meant, scene);
                if (!fault.equals(Optional.of(meant))) {
                    inVain.merge(meant, 1, Integer::sum);
                    if (again.add(meant)) {
                        deck.addLast(meant); // before any kind comes a second time
                    }
                }
                fault.ifPresent(f -> told.add(count(f)));
            }
            judge(run, user, witness, told);
            pods = witness.pods();
            assertThat(Leftovers.volumes(cluster, namespace)).as("made for the model").isNotEmpty();
            user.delete(MATRIX);
            nothingIsLeft(user, node, pods);
        }
    }

    private String count(ChaosFault fault) {
        struck.merge(fault, 1, Integer::sum);
        faults++;
        inALane += held.get() ? 1 : 0;
        return fault + (held.get() ? " (lane held)" : "");
    }

    private void nothingIsLeft(ClusterUser user, String node, Set<String> pods) {
        Await.until(
                cluster,
                "nothing is left behind, in the cluster and in the kernel",
                () -> {
                    assertThat(user.matrix(MATRIX)).isEmpty(); // its finalizer has gone
                    Leftovers.none(cluster, user.namespace());
                    assertThat(pods).allMatch(World::isGone);
                    Lease lane =
                            cluster.client()
                                    .leases()
                                    .inNamespace(Chart.NAMESPACE)
                                    .withName("brainmatrix-lane-" + node)
                                    .get();
                    assertThat(lane == null ? null : lane.getSpec().getHolderIdentity())
                            .as("holder of the lane")
                            .isNullOrEmpty();
                });
    }

    /** What was found; the dump that may follow has a file of its own. */
    private static String beginning(AssertionError e) {
        return String.valueOf(e.getMessage()).lines().limit(6).collect(Collectors.joining(" / "));
    }

    /** Half of the time while somebody loads. */
    private static void moment(LaneHistory lane, ChaosFault.Scene scene, Random random) {
        boolean loading = random.nextBoolean();
        long until = System.nanoTime() + MOMENT_WITHIN.toNanos();
        while (System.nanoTime() < until && !(loading ? lane.holder() != null : calm(scene))) {
            LockSupport.parkNanos(50_000_000L);
        }
        LockSupport.parkNanos(random.nextLong(1_500_000_000L));
    }

    /** Whether everybody serves. */
    private static boolean calm(ChaosFault.Scene scene) {
        try {
            return scene.living().stream().filter(PodTimes::isReady).count() == INSTANCES.size();
        } catch (KubernetesClientException e) {
            return false; // the API server is not back yet
        }
    }

    /** All kinds in turn, each time in another order. */
    private ChaosFault next(Random random) {
        if (deck.isEmpty()) {
            List<ChaosFault> all = new ArrayList<>(List.of(ChaosFault.values()));
            Collections.shuffle(all, random);
            again.clear();
            deck.addAll(all);
        }
        return deck.pop();
    }

    /** The API server may still be coming back from the fault before. */
    private static Optional<ChaosFault> strike(ChaosFault fault, ChaosFault.Scene scene) {
        for (int attempt = 1; ; attempt++) {
            try {
                return fault.strike(scene);
            } catch (KubernetesClientException e) {
                if (attempt == 20) {
                    throw e;
                }
                LockSupport.parkNanos(500_000_000L);
            }
        }
    }

    private void judge(int run, ClusterUser user, ChaosWitness witness, List<String> told) {
        String story = "run %d: %s".formatted(run, String.join(", ", told));
        Await.until(
                cluster,
                story + ": everybody serves, and every end is counted",
                () -> {
                    for (String instance : INSTANCES) {
                        assertThat(user.podOf(MATRIX, instance).getStatus().getPhase())
                                .as(instance)
                                .isEqualTo("Running");
                        assertThat(user.deaths(MATRIX, instance))
                                .as("%s: %s", instance, witness.ended(instance))
                                .isEqualTo(witness.ended(instance).size());
                        assertThat(user.status(MATRIX, instance).phase())
                                .as(instance)
                                .isEqualTo(Phase.Ready);
                    }
                });
        assertThat(witness.overlaps()).as(story).isEmpty();
        assertThat(witness.takenFromService()).as(story).isEmpty();
        Set<EndClass> classes = new TreeSet<>();
        for (String instance : INSTANCES) {
            Crashes crashes = Objects.requireNonNull(user.status(MATRIX, instance).crashes());
            crashes.recent().stream()
                    .map(Crash::endClass)
                    .filter(Objects::nonNull)
                    .forEach(classes::add);
            deaths += Objects.requireNonNullElse(crashes.total(), 0L);
            assertThat(crashes.byClass().values().stream().mapToLong(n -> n).sum())
                    .as(story)
                    .isEqualTo(crashes.total());
        }
        assertThat(classes).as(story).doesNotContain(EndClass.Unclassified);
        System.out.println(story + " -> " + classes);
    }
}
