package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chart makes of its values. */
class ChartTest {
    private static final Path DIRECTORY = Cluster.ROOT.resolve("helm/brainmatrix");
    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    /** The default of {@code agent.debugfs.namespace}. */
    private static final String AGENTS = "brainmatrix-agents";

    private static List<HasMetadata> template(Map<String, String> values) {
        TemplateCommand command =
                new Helm(DIRECTORY)
                        .template()
                        .withName("release")
                        .withNamespace("system")
                        .withKubeVersion("1.34.4");
        values.forEach(command::set);
        return Arrays.stream(command.call().split("(?m)^---$"))
                .filter(text -> text.contains("kind:"))
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .map(text -> SERIALIZATION.<HasMetadata>unmarshal(new ByteArrayInputStream(text)))
                .toList();
    }

    private static <T> List<T> of(List<HasMetadata> objects, Class<T> kind) {
        return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static List<String> kinds(List<HasMetadata> objects) {
        return objects.stream().map(HasMetadata::getKind).distinct().toList();
    }

    private static List<PodTemplateSpec> pods(List<HasMetadata> objects) {
        return objects.stream()
                .flatMap(
                        o ->
                                switch (o) {
                                    case Deployment d -> Stream.of(d.getSpec().getTemplate());
                                    case DaemonSet d -> Stream.of(d.getSpec().getTemplate());
                                    case Job j -> Stream.of(j.getSpec().getTemplate());
                                    default -> Stream.<PodTemplateSpec>empty();
                                })
                .toList();
    }

    @Test
    void byDefaultMakesNothingThatAClusterMayNotKnow() {
        List<HasMetadata> objects = template(Map.of());

        assertThat(kinds(objects))
                .doesNotContain(
                        "PodMonitor",
                        "PrometheusRule",
                        "ConfigMap",
                        "NetworkPolicy",
                        "PodDisruptionBudget");
        assertThat(pods(objects)).as("operator and agent; hooks are not rendered").hasSize(2);
    }

    @Test
    void personasOfAllRolesAreThereWhereTheyAreAskedFor() {
        assertThat(of(template(Map.of("personas.namespaces[0]", "brains")), ConfigMap.class))
                .singleElement()
                .satisfies(
                        map -> {
                            assertThat(map.getMetadata().getNamespace()).isEqualTo("brains");
                            assertThat(map.getMetadata().getName()).isEqualTo("release-personas");
                            assertThat(map.getData())
                                    .containsOnlyKeys("subject.txt", "observer.txt", "god.txt")
                                    .allSatisfy(
                                            (key, text) ->
                                                    assertThat(text)
                                                            .contains("You are ${instance}"));
                            assertThat(map.getData().get("subject.txt"))
                                    .as("a subject is told of nobody")
                                    .doesNotContainIgnoringCase("watch")
                                    .doesNotContainIgnoringCase("observer");
                        });
    }

    @Test
    void withAChronicleTheOperatorHasATokenForItAndInstancesReachIt() {
        List<HasMetadata> objects =
                template(
                        Map.of(
                                "chronicle.enabled", "true",
                                "networkPolicies.enabled", "true",
                                "networkPolicies.inferenceNamespaces[0]", "brains"));

        Deployment operator = of(objects, Deployment.class).getFirst();
        assertThat(operator.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv())
                .anySatisfy(
                        e -> {
                            assertThat(e.getName()).isEqualTo("BRAINMATRIX_CHRONICLE_URL");
                            assertThat(e.getValue()).isEqualTo("http://release-chronicle.system");
                        });
        assertThat(operator.getSpec().getTemplate().getSpec().getVolumes())
                .filteredOn(v -> v.getProjected() != null)
                .singleElement()
                .satisfies(
                        v ->
                                assertThat(
                                                v.getProjected()
                                                        .getSources()
                                                        .getFirst()
                                                        .getServiceAccountToken()
                                                        .getAudience())
                                        .isEqualTo("brainmatrix-chronicle"));
        assertThat(of(objects, NetworkPolicy.class))
                .filteredOn(p -> p.getMetadata().getName().equals("release-inference"))
                .singleElement()
                .satisfies(
                        p ->
                                assertThat(
                                                p.getSpec().getEgress().stream()
                                                        .flatMap(e -> e.getPorts().stream())
                                                        .map(port -> port.getPort().getIntVal()))
                                        .containsExactly(8082, 53, 53));
        assertThat(
                        of(
                                template(
                                        Map.of(
                                                "chronicle.enabled", "false",
                                                "networkPolicies.enabled", "true",
                                                "networkPolicies.inferenceNamespaces[0]",
                                                        "brains")),
                                NetworkPolicy.class))
                .filteredOn(p -> p.getMetadata().getName().equals("release-inference"))
                .singleElement()
                .satisfies(p -> assertThat(p.getSpec().getEgress()).isEmpty());
    }

    @Test
    void theChronicleTakesNothingUntilTheOperatorAsksForIt() {
        List<HasMetadata> auto = template(Map.of());
        List<HasMetadata> always = template(Map.of("chronicle.enabled", "true"));

        assertThat(of(auto, StatefulSet.class))
                .singleElement()
                .satisfies(s -> assertThat(s.getSpec().getReplicas()).isZero());
        assertThat(scaled(auto)).containsExactly("release-chronicle");
        assertThat(scaler(auto)).containsExactly("release-chronicle");
        assertThat(of(always, StatefulSet.class))
                .singleElement()
                .satisfies(s -> assertThat(s.getSpec().getReplicas()).isEqualTo(1));
        assertThat(scaled(always)).isEmpty();
        assertThat(scaler(always)).isEmpty();
        assertThat(of(template(Map.of("chronicle.enabled", "false")), StatefulSet.class)).isEmpty();
    }

    /** What the operator is told to scale. */
    private static List<String> scaled(List<HasMetadata> objects) {
        return of(objects, Deployment.class).stream()
                .flatMap(d -> d.getSpec().getTemplate().getSpec().getContainers().stream())
                .flatMap(c -> c.getEnv().stream())
                .filter(e -> e.getName().equals("BRAINMATRIX_CHRONICLE_STATEFULSET"))
                .map(EnvVar::getValue)
                .toList();
    }

    /** What it may scale, and by that right alone. */
    private static List<String> scaler(List<HasMetadata> objects) {
        return of(objects, Role.class).stream()
                .flatMap(r -> r.getRules().stream())
                .filter(r -> r.getResources().stream().anyMatch(o -> o.startsWith("statefulsets")))
                .peek(
                        r -> {
                            assertThat(r.getResources()).containsExactly("statefulsets/scale");
                            assertThat(r.getVerbs()).containsExactly("patch");
                        })
                .flatMap(r -> r.getResourceNames().stream())
                .toList();
    }

    @Test
    void aDisruptionBudgetIsThereOnlyBesideASecondReplica() {
        assertThat(of(template(Map.of("operator.replicas", "1")), PodDisruptionBudget.class))
                .isEmpty();
        assertThat(of(template(Map.of("operator.replicas", "2")), PodDisruptionBudget.class))
                .singleElement()
                .satisfies(b -> assertThat(b.getSpec().getMinAvailable().getIntVal()).isEqualTo(1));
    }

    @Test
    void allPodsHaveThePriorityThatPreemptsNobody() {
        List<HasMetadata> objects = template(Map.of());

        PriorityClass priority = of(objects, PriorityClass.class).getFirst();
        assertThat(priority.getPreemptionPolicy()).isEqualTo("Never");
        assertThat(priority.getValue()).isPositive();
        assertThat(pods(objects))
                .allSatisfy(
                        p ->
                                assertThat(p.getSpec().getPriorityClassName())
                                        .isEqualTo(priority.getMetadata().getName()));
        assertThat(pods(template(Map.of("priorityClass.create", "false"))))
                .allSatisfy(p -> assertThat(p.getSpec().getPriorityClassName()).isNull());
        assertThat(pods(template(Map.of("priorityClass.name", "mine"))))
                .allSatisfy(p -> assertThat(p.getSpec().getPriorityClassName()).isEqualTo("mine"));
    }

    @Test
    void everyContainerIsRestrictedAndBounded() {
        for (PodTemplateSpec pod : pods(template(Map.of("operator.replicas", "2")))) {
            assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType())
                    .isEqualTo("RuntimeDefault");
            assertThat(pod.getSpec().getHostNetwork()).isNull();
            assertThat(pod.getSpec().getVolumes())
                    .allSatisfy(v -> assertThat(v.getHostPath()).isNull());
            Container container = pod.getSpec().getContainers().getFirst();
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
            assertThat(container.getResources().getLimits())
                    .containsKeys("memory", "ephemeral-storage");
        }
    }

    /** The one pod with a directory of its node, where somebody asks for it, and only there. */
    @Test
    void agentsThatReadDebugfsHaveANamespaceOfTheirOwn() {
        List<HasMetadata> objects =
                template(
                        Map.of(
                                "agent.debugfs.enabled", "true",
                                "networkPolicies.enabled", "true",
                                "watchNamespaces[0]", "brains"));

        assertThat(of(objects, Namespace.class))
                .singleElement()
                .satisfies(
                        n -> {
                            assertThat(n.getMetadata().getName()).isEqualTo(AGENTS);
                            assertThat(n.getMetadata().getLabels())
                                    .containsEntry(
                                            "pod-security.kubernetes.io/enforce", "privileged");
                        });
        DaemonSet agent = of(objects, DaemonSet.class).getFirst();
        assertThat(agent.getMetadata().getNamespace()).isEqualTo(AGENTS);
        assertThat(agent.getSpec().getTemplate().getSpec().getContainers().getFirst())
                .satisfies(
                        c -> {
                            assertThat(c.getSecurityContext().getPrivileged()).isNull();
                            assertThat(c.getSecurityContext().getCapabilities().getDrop())
                                    .containsExactly("ALL");
                            assertThat(c.getVolumeMounts())
                                    .filteredOn(m -> m.getName().equals("debugfs"))
                                    .singleElement()
                                    .satisfies(m -> assertThat(m.getReadOnly()).isTrue());
                        });
        assertThat(of(objects, ServiceAccount.class))
                .filteredOn(a -> a.getMetadata().getName().equals("release-node-agent"))
                .extracting(a -> a.getMetadata().getNamespace())
                .containsExactly(AGENTS);
        assertThat(subjects(objects, "release-node-agent")).isNotEmpty().containsOnly(AGENTS);
        assertThat(subjects(objects, "release-operator")).isNotEmpty().containsOnly("system");
        assertThat(of(objects, NetworkPolicy.class))
                .filteredOn(p -> AGENTS.equals(p.getMetadata().getNamespace()))
                .extracting(p -> p.getMetadata().getName())
                .containsExactlyInAnyOrder(
                        "release-deny",
                        "release-api-server",
                        "release-metrics",
                        "release-node-agent");
        assertThatThrownBy(
                        () ->
                                template(
                                        Map.of(
                                                "agent.debugfs.enabled", "true",
                                                "agent.debugfs.namespace", "system")))
                .hasMessageContaining("agent.debugfs.namespace");
    }

    /** Namespaces of an account in all bindings of the cluster and of namespaces. */
    private static List<String> subjects(List<HasMetadata> objects, String account) {
        return Stream.concat(
                        of(objects, RoleBinding.class).stream().map(RoleBinding::getSubjects),
                        of(objects, ClusterRoleBinding.class).stream()
                                .map(ClusterRoleBinding::getSubjects))
                .flatMap(List::stream)
                .filter(s -> s.getName().equals(account))
                .map(Subject::getNamespace)
                .toList();
    }

    @Test
    void noRoleHasAWildcard() {
        List<HasMetadata> objects = template(Map.of());
        List<PolicyRule> rules =
                Stream.concat(
                                of(objects, ClusterRole.class).stream()
                                        .flatMap(r -> r.getRules().stream()),
                                of(objects, Role.class).stream()
                                        .flatMap(r -> r.getRules().stream()))
                        .toList();

        assertThat(rules)
                .hasSizeGreaterThan(10)
                .allSatisfy(
                        rule -> {
                            assertThat(rule.getApiGroups()).doesNotContain("*");
                            assertThat(rule.getResources())
                                    .isNotEmpty()
                                    .noneMatch(r -> r.contains("*"));
                            assertThat(rule.getVerbs()).isNotEmpty().doesNotContain("*");
                            assertThat(rule.getResources()).doesNotContain("secrets", "configmaps");
                        });
    }

    @Test
    void withNamespacesNamedNothingInOthersIsGranted() {
        List<HasMetadata> objects =
                template(Map.of("watchNamespaces[0]", "brains", "watchNamespaces[1]", "minds"));
        Set<String> clusterScoped =
                Set.of(
                        "tokenreviews",
                        "subjectaccessreviews",
                        "brainmatrices/chronicle",
                        "nodememories",
                        "nodememories/status",
                        "customresourcedefinitions",
                        "persistentvolumes",
                        "nodes",
                        "runtimeclasses");

        assertThat(of(objects, ClusterRole.class))
                .hasSize(4)
                .flatExtracting(ClusterRole::getRules)
                .flatExtracting(PolicyRule::getResources)
                .isSubsetOf(clusterScoped);
        assertThat(of(objects, Role.class))
                .extracting(r -> r.getMetadata().getNamespace() + "/" + r.getMetadata().getName())
                .containsExactlyInAnyOrder(
                        "system/release-operator",
                        "brains/release-operator-namespace",
                        "brains/release-node-agent-namespace",
                        "minds/release-operator-namespace",
                        "minds/release-node-agent-namespace",
                        "brains/release-chronicle-namespace",
                        "minds/release-chronicle-namespace");
        assertThat(of(objects, RoleBinding.class))
                .hasSize(7)
                .allSatisfy(
                        b ->
                                assertThat(b.getSubjects())
                                        .singleElement()
                                        .satisfies(
                                                s ->
                                                        assertThat(s.getNamespace())
                                                                .isEqualTo("system")));
        assertThat(pods(objects))
                .hasSize(2)
                .allSatisfy(
                        p ->
                                assertThat(p.getSpec().getContainers().getFirst().getEnv())
                                        .anySatisfy(
                                                e -> {
                                                    assertThat(e.getName())
                                                            .isEqualTo(
                                                                    "BRAINMATRIX_WATCH_NAMESPACES");
                                                    assertThat(e.getValue())
                                                            .isEqualTo("brains,minds");
                                                }));
    }

    /** The same rights, elsewhere: what one mode may do the other may, or it would be forgotten. */
    @Test
    void bothModesGrantTheSame() {
        assertThat(granted(template(Map.of("watchNamespaces[0]", "brains"))))
                .isEqualTo(granted(template(Map.of())));
    }

    private static Set<String> granted(List<HasMetadata> objects) {
        Set<String> granted = new TreeSet<>();
        Stream.concat(
                        of(objects, ClusterRole.class).stream().map(ClusterRole::getRules),
                        of(objects, Role.class).stream().map(Role::getRules))
                .flatMap(List::stream)
                .forEach(
                        r ->
                                r.getResources()
                                        .forEach(
                                                one ->
                                                        r.getVerbs()
                                                                .forEach(
                                                                        v ->
                                                                                granted.add(
                                                                                        one + " "
                                                                                                + v))));
        return granted;
    }

    @Test
    void networkPoliciesDenyFirst() {
        List<NetworkPolicy> policies =
                of(
                        template(
                                Map.of(
                                        "networkPolicies.enabled",
                                        "true",
                                        "networkPolicies.inferenceNamespaces[0]",
                                        "brains",
                                        "networkPolicies.inferenceNamespaces[1]",
                                        "minds")),
                        NetworkPolicy.class);

        assertThat(policies.getFirst().getSpec().getPolicyTypes())
                .containsExactly("Ingress", "Egress");
        assertThat(policies.getFirst().getSpec().getIngress()).isEmpty();
        assertThat(policies.getFirst().getSpec().getEgress()).isEmpty();
        assertThat(policies)
                .filteredOn(p -> p.getMetadata().getName().equals("release-inference"))
                .extracting(p -> p.getMetadata().getNamespace())
                .containsExactly("brains", "minds");
    }

    @Test
    void imagesMayBeNamedByTheirDigests() {
        List<HasMetadata> objects =
                template(
                        Map.of(
                                "image.digests.operator", DIGEST,
                                "image.digests.inferencePod", DIGEST,
                                "imagePullSecrets[0].name", "registry"));

        Container operator =
                of(objects, Deployment.class)
                        .getFirst()
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst();
        assertThat(operator.getImage()).isEqualTo("docker.io/brainmatrix/operator@" + DIGEST);
        assertThat(operator.getEnv())
                .anySatisfy(
                        e -> {
                            assertThat(e.getName()).isEqualTo("BRAINMATRIX_INFERENCE_IMAGE");
                            assertThat(e.getValue()).endsWith("/inference-pod@" + DIGEST);
                        });
        assertThat(
                        of(objects, DaemonSet.class)
                                .getFirst()
                                .getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .getFirst()
                                .getImage())
                .endsWith("/node-agent:dev");
        assertThat(pods(objects))
                .allSatisfy(
                        p ->
                                assertThat(p.getSpec().getImagePullSecrets())
                                        .singleElement()
                                        .satisfies(
                                                s ->
                                                        assertThat(s.getName())
                                                                .isEqualTo("registry")));
    }

    @Test
    void theRulesAndDashboardsAreTheFiles() throws IOException {
        List<HasMetadata> objects =
                template(
                        Map.of(
                                "metrics.rules.enabled", "true",
                                "metrics.podMonitors.enabled", "true",
                                "metrics.dashboards.enabled", "true"));

        ConfigMap dashboards = of(objects, ConfigMap.class).getFirst();
        assertThat(dashboards.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
        for (Path file : Dashboards.files()) {
            assertThat(dashboards.getData())
                    .containsEntry(file.getFileName().toString(), Files.readString(file));
        }
        assertThat(objects)
                .filteredOn(o -> o.getKind().equals("PrometheusRule"))
                .singleElement()
                .satisfies(
                        o ->
                                assertThat(Serialization.asYaml(o))
                                        .contains("BrainMatrixOperatorDown", "{{ $labels.node }}"));
        assertThat(objects)
                .filteredOn(o -> o.getKind().equals("PodMonitor"))
                .extracting(o -> o.getMetadata().getName())
                .contains("release-chronicle")
                .hasSize(4);
        assertThat(
                        template(
                                Map.of(
                                        "metrics.podMonitors.enabled",
                                        "true",
                                        "chronicle.enabled",
                                        "false")))
                .filteredOn(o -> o.getKind().equals("PodMonitor"))
                .hasSize(3);
    }

    @Test
    void scrapeAnnotationsCanBeLeftOut() {
        assertThat(pods(template(Map.of())))
                .filteredOn(p -> p.getMetadata().getAnnotations().containsKey("prometheus.io/port"))
                .hasSize(2);
        assertThat(pods(template(Map.of("metrics.scrapeAnnotations", "false"))))
                .allSatisfy(
                        p ->
                                assertThat(p.getMetadata().getAnnotations())
                                        .doesNotContainKey("prometheus.io/port"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "image.digests.operator=latest",
                "operator.replicas=0",
                "chronicle.enabled=perhaps",
                "operator.resources.limit=1",
                "metrics.podMonitors.interval=often",
                "networkPolicies.apiServerPorts[0]=70000",
                "priorityClass.value=2000000000",
                "metrics.dashboard.enabled=true",
                "watchNamespaces[0]=Brains",
                "watchNamespaces=brains",
                "agents.nodeSelector.a=b"
            })
    void aValueThatIsNoneIsRefused(String value) {
        String[] parts = value.split("=", 2);

        assertThatThrownBy(() -> template(Map.of(parts[0], parts[1])))
                .hasMessageContaining(parts[0].split("[.\\[]")[0]);
    }

    @Test
    void everyValueIsInTheSchemaAndInTheReadme() throws IOException {
        var values =
                new ObjectMapper(new YAMLFactory())
                        .readTree(Files.readString(DIRECTORY.resolve("values.yaml")));
        var schema =
                new ObjectMapper()
                        .readTree(Files.readString(DIRECTORY.resolve("values.schema.json")));
        String readme = Files.readString(DIRECTORY.resolve("README.md"));
        values.properties()
                .forEach(
                        group -> {
                            var known = schema.path("properties").path(group.getKey());
                            assertThat(known.isObject()).as(group.getKey()).isTrue();
                            if (known.path("properties").isEmpty()) {
                                assertThat(readme).contains("`" + group.getKey() + "`");
                                return;
                            }
                            group.getValue()
                                    .properties()
                                    .forEach(
                                            one -> {
                                                assertThat(
                                                                known.path("properties")
                                                                        .has(one.getKey()))
                                                        .as(group.getKey() + "." + one.getKey())
                                                        .isTrue();
                                                assertThat(readme)
                                                        .contains(
                                                                "`"
                                                                        + group.getKey()
                                                                        + "."
                                                                        + one.getKey());
                                            });
                        });
    }
}
