package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.quickstart.Chart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person sees: the real output of kubectl for each situation, compared with the files in
 * src/test/resources/kubectl. Only ages, times and amounts are masked, and the sums of the amounts
 * are added up again. {@code BRAINMATRIX_GOLDEN_WRITE=true} writes the files.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubectlE2E {
    private static final String NAMESPACE = "e2e-kubectl";

    /** What `exceeds` asks for, with its headroom. */
    private static final long TOO_MUCH = (900L << 30) / 100 * 120;

    private static final Path GOLDEN = Path.of("src/test/resources/kubectl");

    private final Cluster cluster;
    private final World world = new World();
    private final ClusterUser user;

    KubectlE2E(Cluster cluster) {
        this.cluster = cluster;
        this.user = new ClusterUser(cluster, NAMESPACE);
    }

    @BeforeAll
    void situations() {
        world.place(Models.chain(Models.TINY_MIB), "kubectl.gguf");
        String model = World.hostPath("kubectl.gguf");
        String small = "budget: {ram: 256Mi}";
        user.apply(Matrix.on("well", model).instance("name: one, " + small));
        user.awaitReady("well", "one");
        user.apply(
                Matrix.on("dead", model)
                        .spec("recovery: {backoff: [1h, 2h]}")
                        .instance("name: one, " + small));
        user.awaitReady("dead", "one");
        world.kill(user.podOf("dead", "one"));
        user.awaitReason("dead", "one", Reason.BackingOff);
        user.apply(Matrix.on("exceeds", model).instance("name: giant, budget: {ram: 900Gi}"));
        user.apply(
                Matrix.on("dependency", model)
                        .instance("name: giant, budget: {ram: 900Gi}")
                        .instance("name: watcher, watches: [giant], " + small));
        user.apply(
                Matrix.on("suspended", model)
                        .spec("suspend: true")
                        .instance("name: one, " + small));
        user.awaitReason("exceeds", "giant", Reason.BudgetExceedsNode);
        user.awaitReason("dependency", "watcher", Reason.WaitingForWatched);
        user.awaitReason("suspended", "one", Reason.Suspended);
    }

    @AfterAll
    void leaves() {
        user.close();
        world.remove("kubectl.gguf");
    }

    @Test
    void allIsWell() throws IOException {
        golden("well");
        assertThat(kubectl("wait", "--for=condition=Ready", "bm/well", "--timeout=10s").status())
                .isZero();
        assertThat(kubectl("wait", "--for=condition=Ready", "bm/exceeds", "--timeout=1s").status())
                .isNotZero();
    }

    @Test
    void itsBudgetExceedsTheNode() throws IOException {
        assertThat(Sums.most(golden("exceeds"), TOO_MUCH)).isLessThan(cluster.allocatable());
    }

    /** Room enough for it on an empty node, but not beside the one that is well. */
    @Test
    void itWaitsForMemory() throws IOException {
        long most = Sums.most(golden("exceeds"), TOO_MUCH);
        long budget = most - (200L << 20);
        user.apply(
                Matrix.on("memory", World.hostPath("kubectl.gguf"))
                        .spec("admission: {headroomPercent: 0}")
                        .instance("name: large, budget: {ram: \"%d\"}".formatted(budget)));
        user.awaitReason("memory", "large", Reason.WaitingForMemory);

        String text = golden("memory");
        user.delete("memory");

        Sums.waitsForMemory(text);
    }

    @Test
    void itWaitsForOneThatItWatches() throws IOException {
        golden("dependency");
    }

    @Test
    void itDiedAndWaitsOutItsBackoff() throws IOException {
        String description = golden("dead");

        assertThat(description).containsIgnoringCase("killed");
    }

    @Test
    void itIsSuspended() throws IOException {
        golden("suspended");
    }

    /** There for this test alone: it is tried again now and then, and has the lane meanwhile. */
    @Test
    void itsModelIsNotThere() throws IOException {
        user.apply(
                Matrix.on("faulty", World.hostPath("nowhere.gguf"))
                        .instance("name: one, budget: {ram: 256Mi}"));
        try {
            user.awaitReason("faulty", "one", Reason.ModelMissing);
            golden("faulty");
            answersItsGeneration("faulty");
        } finally {
            user.delete("faulty");
        }
    }

    @Test
    void itWaitsForTheLane() throws IOException {
        world.place(Models.chain(Models.LARGE_MIB), "slow.gguf");
        String model = World.hostPath("slow.gguf");
        try {
            // A little CPU makes the load last about 12 s.
            user.apply(
                    Matrix.on("first", model)
                            .instance("name: one, budget: {ram: 700Mi, cpu: 150m}"));
            user.awaitReason("first", "one", Reason.Loading);
            user.apply(Matrix.on("lane", model).instance("name: one, budget: {ram: 700Mi}"));
            user.awaitReason("lane", "one", Reason.WaitingForLane);
            golden("lane");
            assertThat(node()).contains(" " + NAMESPACE + "/first-one-1 ");
        } finally {
            user.delete("lane");
            user.delete("first");
            world.remove("slow.gguf");
        }
        Await.until(cluster, "the lane is free", () -> assertThat(node()).doesNotContain("/"));
    }

    /** The node's line of `kubectl get nm`; a free lane is an empty column. */
    private String node() {
        return kubectl("get", "nm", cluster.node()).last();
    }

    @Test
    void itWaitsForSettledMemory() throws IOException {
        try (MovingMemory _ = new MovingMemory()) {
            // A calm node is looked at now and then; whoever came before that would be let in.
            Await.until(
                    cluster,
                    "the agent has seen it move",
                    () -> assertThat(cluster.reading().settledSince()).isNull());
            user.apply(
                    Matrix.on("settle", World.hostPath("kubectl.gguf"))
                            .spec("admission: {settle: {maxSlopePerSecond: 1}}")
                            .instance("name: one, budget: {ram: 256Mi}"));
            user.awaitReason("settle", "one", Reason.WaitingForSettledMemory);
            golden("settle");
        } finally {
            user.delete("settle");
        }
    }

    @Test
    void everyObjectSaysWhichGenerationItAnswers() {
        for (String matrix : List.of("well", "exceeds", "dead", "suspended")) {
            answersItsGeneration(matrix);
        }
    }

    private static void answersItsGeneration(String matrix) {
        Script answered =
                kubectl(
                        "get",
                        "bm",
                        matrix,
                        "-o",
                        "jsonpath={.metadata.generation} {.status.observedGeneration} {.status.conditions[*].observedGeneration}");
        assertThat(Arrays.stream(answered.last().split(" ")).distinct())
                .as("%s: %s", matrix, answered.output())
                .hasSize(1);
    }

    @Test
    void nodeMemoryIsAColumnEach() {
        Script nodes = kubectl("get", "nm");

        assertThat(nodes.output().lines().findFirst().orElseThrow().split(" +"))
                .containsExactly("NAME", "AVAILABLE", "SETTLED", "SLOPE", "LANE", "HEARTBEAT");
        assertThat(nodes.last()).startsWith(cluster.node());
    }

    @Test
    void theSupportBundleHasAllButWhatPeopleSaid(@TempDir Path folder) throws IOException {
        user.awaitAnswer("well", "one"); // it asks "the quick"
        Map<String, String> files = SupportBundle.of(folder);
        String pod = user.podOf("well", "one").getMetadata().getName();
        assertThat(files.get("matrices/" + NAMESPACE + "/brainmatrices.yaml")).contains("exceeds");
        assertThat(files.get("matrices/" + NAMESPACE + "/events.txt")).contains("Died");
        assertThat(files.get("nodes/nodememories.yaml")).contains("heartbeat");
        assertThat(files.get("release.txt"))
                .contains(
                        "Deployment %s/%s-operator".formatted(Chart.NAMESPACE, Chart.RELEASE),
                        "DaemonSet %s/%s-node-agent".formatted(Chart.NAMESPACE, Chart.RELEASE));
        assertThat(files.get("nodes/leases.yaml")).contains("brainmatrix-lane-");
        assertThat(files.get("pods/instances.txt")).contains(pod, "matrixUid");
        assertThat(files.get("logs/%s.%s.txt".formatted(NAMESPACE, pod))).isNotBlank();
        assertThat(files.get("metrics/%s.%s.txt".formatted(NAMESPACE, pod)))
                .contains("brainmatrix_pod_");
        assertThat(files.keySet())
                .anyMatch(f -> f.startsWith("metrics/") && f.contains("node-agent"))
                .anyMatch(f -> f.startsWith("logs/") && f.contains("-operator-"));
        assertThat(String.join("\n", files.values())).doesNotContain("the quick");
    }

    @Test
    void everyFieldExplainsItself() {
        for (String kind : List.of("bm", "nm")) {
            String explained = kubectl("explain", kind, "--recursive").output();
            assertThat(explained).contains("FIELDS:", "spec", "status");
            for (String part : List.of("spec", "status")) {
                String fields = kubectl("explain", kind + "." + part).output();
                assertThat(fields).doesNotContain("<no description>");
            }
        }
    }

    private static Script kubectl(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-n", NAMESPACE));
        all.addAll(List.of(arguments));
        return Script.run("kubectl", all.toArray(String[]::new));
    }

    /**
     * Compares `get -o wide`, and what `describe` says of each instance; returns both, unmasked.
     */
    private String golden(String matrix) throws IOException {
        String wide = kubectl("get", "bm", matrix, "-o", "wide").output();
        String why =
                kubectl("describe", "bm", matrix)
                        .output()
                        .lines()
                        .filter(line -> line.matches("^ {4}(Message|Reason|Phase|Name): .*"))
                        .map(String::strip)
                        .collect(Collectors.joining("\n"));
        String seen = wide + why + "\n";
        Path file = GOLDEN.resolve(matrix + ".txt");
        if (Boolean.parseBoolean(System.getenv("BRAINMATRIX_GOLDEN_WRITE"))) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, masked(seen));
        }
        assertThat(masked(seen)).isEqualTo(Files.readString(file));
        return seen;
    }

    private String masked(String text) {
        return text.replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "TIME")
                .replaceAll("(?m)(?<= )(\\d+[smhd])+(?=[ ,;]|$)", "AGE")
                .replaceAll("-?\\d+(\\.\\d+)?[KMGT]i", "AMOUNT")
                .replaceAll("(?<= )0(?= (?:other|unaccounted|promised))", "AMOUNT")
                .replaceAll("(?<=moves by )-?[\\d.]+", "AMOUNT")
                .replace("`" + cluster.node() + "`", "`NODE`")
                .replaceAll("(?<= )" + Pattern.quote(cluster.node()) + "(?= )", "NODE")
                .replaceAll(" {2,}", "  ");
    }
}
