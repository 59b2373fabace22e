package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Conditions;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chart changes under a running matrix, from an earlier one and back to it: operator and agents
 * are replaced, instances are not, and one that is loading meanwhile goes on.
 */
@Tag("cluster")
@Order(4)
@ExtendWith(Installation.class)
class UpgradeE2E {
    private static final String MATRIX = "steady";
    private static final String NAMESPACE = "e2e-steady";
    private static final String WATCHERS = "e2e-watchers";
    private static final boolean FULL = Boolean.getBoolean("brainmatrix.full");
    private static final String HELM =
            Objects.requireNonNullElse(System.getenv("BRAINMATRIX_HELM"), "");
    private static final Map<String, String> AS_BEFORE =
            Map.of("networkPolicies.enabled", "false", "metrics.scrapeAnnotations", "true");

    /** Another annotation makes other pods of operator and agents, as another version would. */
    private static final String CHANGED =
            """
            metrics: {scrapeAnnotations: false}
            networkPolicies:
              enabled: true
              inferenceNamespaces: [%s]
              metricsFrom: [{namespaceSelector: {matchLabels: {e2e: watchers}}}]
            """
                    .formatted(NAMESPACE);

    @TempDir private Path folder = Path.of("");
    private final Cluster cluster;
    private final World world = new World();

    UpgradeE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @AfterEach
    void asBefore() {
        world.remove("steady.gguf");
        world.remove("slow.gguf");
        cluster.reinstall(AS_BEFORE);
    }

    @Test
    void anUpgradeDuringALoadLeavesInstancesAloneAndItsPoliciesLetThroughWhatIsNeeded()
            throws IOException {
        world.place(Models.chain(Models.TINY_MIB), "steady.gguf");
        world.place(Models.chain(Models.LARGE_MIB), "slow.gguf");
        Matrix first =
                Matrix.on(MATRIX, World.hostPath("steady.gguf"))
                        .instance("name: first, budget: {ram: 256Mi}");
        // A little CPU makes the load last longer than the operator's replacement, images included.
        Matrix loading =
                first.instance(
                        "name: slow, model: {hostPath: %s}, budget: {ram: 700Mi, cpu: %s}"
                                .formatted(World.hostPath("slow.gguf"), FULL ? "50m" : "150m"));
        Optional<Path> installer = installer();
        try (ClusterUser user = new ClusterUser(cluster, NAMESPACE);
                ClusterUser watchers = new ClusterUser(cluster, WATCHERS)) {
            cluster.client()
                    .namespaces()
                    .withName(watchers.namespace())
                    .edit(
                            n ->
                                    new NamespaceBuilder(n)
                                            .editMetadata()
                                            .addToLabels("e2e", "watchers")
                                            .endMetadata()
                                            .build());
            cluster.previous();
            user.apply(first);
            user.awaitReady(MATRIX, "first");
            Pod before = user.podOf(MATRIX, "first");
            assertThat(before.getSpec().getContainers().getFirst().getImage())
                    .endsWith(":previous");
            List<String> system = systemPods();
            user.apply(loading);
            user.awaitReason(MATRIX, "slow", Reason.Loading);
            Pod slow = user.podOf(MATRIX, "slow");

            upgrade(installer);

            assertThat(systemPods()).as("all replaced").doesNotContainAnyElementsOf(system);
            user.awaitReady(MATRIX, "slow");
            replacedDuringTheLoad(user);
            assertThat(user.podOf(MATRIX, "slow").getMetadata().getUid())
                    .isEqualTo(slow.getMetadata().getUid());
            assertThat(user.status(MATRIX, "slow").lives()).isEqualTo(1);
            assertThat(user.deaths(MATRIX, "slow")).isZero();
            untouched(user, before);

            // Operator, agent and a newcomer work as before, under the policies.
            user.apply(loading.instance("name: second, watches: [first], budget: {ram: 256Mi}"));
            user.awaitReady(MATRIX, "first", "second");
            user.awaitAnswer(MATRIX, "second");
            untouched(user, before);

            cluster.check();

            String agent = agentAddress();
            String instance = user.podOf(MATRIX, "first").getStatus().getPodIP();
            assertThat(reaches(watchers.namespace(), Map.of(), agent, 8081))
                    .as("metrics, invited")
                    .isTrue();
            assertThat(reaches(NAMESPACE, Map.of(), agent, 8081)).as("metrics, others").isFalse();
            assertThat(reaches(watchers.namespace(), Map.of(), instance, 8080))
                    .as("an instance")
                    .isTrue();
            assertThat(reaches(NAMESPACE, Map.of(), instance, 8080)).as("a neighbour").isTrue();
            assertThat(
                            reaches(
                                    NAMESPACE,
                                    Map.of("brainmatrix.io/instance", "impostor"),
                                    instance,
                                    8080))
                    .as("an instance has nobody to call")
                    .isFalse();

            rollBack();
            untouched(user, before);
            assertThat(user.podOf(MATRIX, "slow").getMetadata().getUid())
                    .isEqualTo(slow.getMetadata().getUid());
            assertThat(reaches(NAMESPACE, Map.of(), agentAddress(), 8081))
                    .as("metrics, without policies")
                    .isTrue();
        }
    }

    /**
     * The unpacked archive for machines without a network; except at full length files of a few
     * bytes in it stand for the images, which the node has. Empty without the helm that {@code
     * BRAINMATRIX_HELM} names.
     */
    private Optional<Path> installer() throws IOException {
        if (HELM.isBlank()) {
            return Optional.empty();
        }
        Path images = FULL ? Cluster.ROOT.resolve("build/images") : standIns();
        succeeds("scripts/airgap", "--images", images.toString(), "--out", folder.toString());
        succeeds(
                "bash",
                "-c",
                "cd '%s' && tar -xzf brainmatrix-*.tar.gz && mv brainmatrix-*/ unpacked"
                        .formatted(folder));
        return Optional.of(folder.resolve("unpacked/install.sh"));
    }

    /** By the installer; without one the chart is upgraded from its directory. */
    private void upgrade(Optional<Path> installer) throws IOException {
        if (installer.isEmpty()) {
            cluster.reinstall(
                    Map.of(
                            "metrics.scrapeAnnotations",
                            "false",
                            "networkPolicies.enabled",
                            "true",
                            "networkPolicies.inferenceNamespaces[0]",
                            NAMESPACE,
                            "networkPolicies.metricsFrom[0].namespaceSelector.matchLabels.e2e",
                            "watchers"));
            return;
        }
        Path values = Files.writeString(folder.resolve("values.yaml"), CHANGED);
        succeeds(
                "env",
                "HELM=" + HELM,
                installer.get().toString(),
                "--load",
                FULL ? System.getenv("BRAINMATRIX_LOAD_IMAGE") : "true",
                "--values",
                values.toString());
    }

    private Path standIns() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        for (String image : List.of("operator", "node-agent", "inference-pod", "chronicle")) {
            Files.writeString(images.resolve(image + ".tar"), image);
        }
        return images;
    }

    /** As docs/upgrade.md has it; without that helm by upgrading to the earlier chart. */
    private void rollBack() {
        if (HELM.isBlank()) {
            cluster.previous();
            return;
        }
        succeeds(
                "bash",
                "-c",
                "%s rollback %s -n %s --wait".formatted(HELM, Chart.RELEASE, Chart.NAMESPACE));
    }

    private static void succeeds(String command, String... arguments) {
        Script script = Script.run(command, arguments);
        assertThat(script.status()).as("%s", script.output()).isZero();
    }

    /** Otherwise nothing would have been shown: the new operator is older than the load's end. */
    private void replacedDuringTheLoad(ClusterUser user) {
        Instant born =
                Instant.parse(
                        Objects.requireNonNull(cluster.operator(), "no operator")
                                .getMetadata()
                                .getCreationTimestamp());
        Instant ready =
                Conditions.find(user.status(MATRIX, "slow").conditions(), "Ready")
                        .orElseThrow()
                        .lastTransitionTime();
        assertThat(born).isBefore(ready);
    }

    private boolean reaches(String from, Map<String, String> labels, String host, int port) {
        return Dialer.reaches(cluster, from, labels, host, port);
    }

    private void untouched(ClusterUser user, Pod before) {
        Pod now = user.podOf(MATRIX, "first");
        assertThat(now.getMetadata().getUid()).isEqualTo(before.getMetadata().getUid());
        assertThat(now.getStatus().getContainerStatuses().getFirst().getContainerID())
                .isEqualTo(before.getStatus().getContainerStatuses().getFirst().getContainerID());
        assertThat(user.status(MATRIX, "first").lives()).isEqualTo(1);
        assertThat(user.deaths(MATRIX, "first")).isZero();
        user.awaitAnswer(MATRIX, "first");
    }

    private List<String> systemPods() {
        return cluster.client().pods().inNamespace(Chart.NAMESPACE).list().getItems().stream()
                .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
                .map(p -> p.getMetadata().getUid())
                .toList();
    }

    private String agentAddress() {
        return cluster
                .client()
                .pods()
                .inNamespace(Chart.NAMESPACE)
                .withLabel("app.kubernetes.io/component", "node-agent")
                .list()
                .getItems()
                .stream()
                .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
                .findFirst()
                .orElseThrow()
                .getStatus()
                .getPodIP();
    }
}
