package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the roles grant is what the API server's audit log shows in use, and nothing was refused for
 * good. Needs an API server that logs by .ci/audit-policy.yaml into the file that {@code
 * BRAINMATRIX_AUDIT_LOG} names. The last class of a run: by then the others have used all, and have
 * been everywhere.
 */
@Tag("cluster")
@Order(Integer.MAX_VALUE)
@ExtendWith(Installation.class)
class RbacE2E {
    private static final String MATRIX = "audited";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Granted for what no call shows. */
    private static final Set<String> NO_CALL =
            Set.of(
                    // Asked of who sets blockOwnerDeletion, where that is enforced.
                    "brainmatrix.io/brainmatrices/finalizers update");

    private final Cluster cluster;
    private final World world = new World();

    RbacE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void whatIsGrantedIsUsedAndWhatIsUsedIsGranted() {
        String log = Objects.requireNonNullElse(System.getenv("BRAINMATRIX_AUDIT_LOG"), "");
        Assumptions.assumeTrue(
                !log.isEmpty(),
                "skipped: BRAINMATRIX_AUDIT_LOG names no audit log of the API server");
        cluster.install(); // others leave it with other values, and so with other roles
        List<String> accounts = List.of("operator", "node-agent");
        if (!accounts.stream().allMatch(a -> unused(a, used(log, a)).isEmpty())) {
            allThatTheyDo();
        }

        for (String account : accounts) {
            Set<String> used = used(log, account);
            assertThat(used).as("calls of the %s in %s", account, log).isNotEmpty();
            assertThat(unused(account, used))
                    .as("granted to the %s and never used", account)
                    .isEmpty();
            assertThat(refused(log, account)).as("refused to the %s", account).isEmpty();
        }
    }

    private static Set<String> used(String log, String account) {
        return calls(Path.of(log), account)
                .filter(call -> !forbidden(call))
                .map(RbacE2E::text)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> unused(String account, Set<String> used) {
        Set<String> unused = granted(account);
        unused.removeAll(used);
        unused.removeAll(NO_CALL);
        return unused;
    }

    /**
     * What was refused and never let through in the same place: an API server that has just been
     * started refuses whatever comes before it knows the roles.
     */
    private static Set<String> refused(String log, String account) {
        Set<String> refused = new TreeSet<>();
        Set<String> allowed = new TreeSet<>();
        calls(Path.of(log), account)
                .forEach(call -> (forbidden(call) ? refused : allowed).add(place(call)));
        refused.removeAll(allowed);
        return refused;
    }

    /** By the authorizer: a quota, or a namespace that is ending, answers 403 as well. */
    private static boolean forbidden(JsonNode call) {
        return call.at("/annotations/authorization.k8s.io~1decision").asText().equals("forbid");
    }

    /** A matrix's life with a death and its end, a mind, a second operator, the chart's hook. */
    private void allThatTheyDo() {
        world.place(Models.chain(Models.TINY_MIB), "audited.gguf");
        try (ClusterUser user = new ClusterUser(cluster, "e2e-audited")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("audited.gguf"))
                            .instance("name: one, budget: {ram: 256Mi}"));
            user.awaitReady(MATRIX, "one");
            world.kill(user.podOf(MATRIX, "one"));
            Await.until(
                    cluster,
                    "it is back",
                    () -> {
                        assertThat(user.status(MATRIX, "one").lives()).isEqualTo(2);
                        user.awaitReady(MATRIX, "one");
                    });
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("audited.gguf"))
                            .instance(
                                    "name: two, budget: {ram: 512Mi}, mind: {persona: {text: \"You are.\"}}"));
            user.awaitReady(MATRIX, "two");
            user.delete(MATRIX);
            Await.until(cluster, "it is gone", () -> assertThat(user.matrix(MATRIX)).isEmpty());
            // Away for the agent to make it anew.
            cluster.client().resources(NodeMemory.class).withName(cluster.node()).delete();
            Await.until(
                    cluster,
                    "the agent has made it anew",
                    () ->
                            assertThat(
                                            cluster.client()
                                                    .resources(NodeMemory.class)
                                                    .withName(cluster.node())
                                                    .get())
                                    .isNotNull());
            cluster.reinstall(Map.of("operator.replicas", "2"));
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("audited.gguf"))
                            .instance("name: one, budget: {ram: 256Mi}"));
            user.awaitReady(MATRIX, "one");
            cluster.uninstall();
            user.delete(MATRIX);
        } finally {
            new Chronicle(cluster).remove();
            cluster.install();
            world.remove("audited.gguf");
        }
    }

    private static Stream<JsonNode> calls(Path log, String account) {
        String user =
                "system:serviceaccount:%s:%s-%s".formatted(Chart.NAMESPACE, Chart.RELEASE, account);
        try {
            return Files.readAllLines(log).stream()
                    .map(RbacE2E::parse)
                    .filter(call -> call.at("/user/username").asText().equals(user))
                    .filter(call -> call.hasNonNull("objectRef"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(JsonNode call) {
        JsonNode object = call.path("objectRef");
        String subresource = object.path("subresource").asText();
        return "%s/%s%s %s"
                .formatted(
                        object.path("apiGroup").asText(),
                        object.path("resource").asText(),
                        subresource.isEmpty() ? "" : "/" + subresource,
                        call.path("verb").asText());
    }

    private static String place(JsonNode call) {
        return text(call) + " in namespace '" + call.at("/objectRef/namespace").asText() + "'";
    }

    private Set<String> granted(String account) {
        String name = Chart.RELEASE + "-" + account;
        ClusterRole wide = cluster.client().rbac().clusterRoles().withName(name).get();
        Role own =
                cluster.client().rbac().roles().inNamespace(Chart.NAMESPACE).withName(name).get();
        Set<String> granted = new TreeSet<>();
        Stream.concat(wide.getRules().stream(), own == null ? Stream.of() : own.getRules().stream())
                .forEach(rule -> add(granted, rule));
        return granted;
    }

    private static void add(Set<String> granted, PolicyRule rule) {
        for (String group : rule.getApiGroups()) {
            for (String resource : rule.getResources()) {
                rule.getVerbs()
                        .forEach(verb -> granted.add("%s/%s %s".formatted(group, resource, verb)));
            }
        }
    }
}
