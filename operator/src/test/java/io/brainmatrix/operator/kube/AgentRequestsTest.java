package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.Commitment;
import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.admission.Lane;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is written to a NodeMemory, and that nothing is written twice. */
class AgentRequestsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final Lane HELD = Lane.heldBy(new Holder("brains", "jar-one-1", "uid"));

    private final List<String> writes = new ArrayList<>();
    private NodeMemory memory =
            Serialization.unmarshal(
                    """
                    apiVersion: brainmatrix.io/v1alpha1
                    kind: NodeMemory
                    metadata: {name: edge}
                    """,
                    NodeMemory.class);

    /** One pass; what it writes is what the next one finds. */
    @SuppressWarnings("unchecked") // of JSON
    private void pass(Lane lane, Candidate... candidates) {
        ClassLoader loader = AgentRequestsTest.class.getClassLoader();
        ClusterApi api =
                (ClusterApi)
                        Proxy.newProxyInstance(
                                loader,
                                new Class<?>[] {ClusterApi.class},
                                (proxy, method, arguments) -> {
                                    String patch = Serialization.asJson(arguments[3]);
                                    writes.add(patch);
                                    Map<String, Object> now =
                                            Serialization.unmarshal(
                                                    Serialization.asJson(memory), Map.class);
                                    merge(now, Serialization.unmarshal(patch, Map.class));
                                    memory =
                                            Serialization.unmarshal(
                                                    Serialization.asJson(now), NodeMemory.class);
                                    return null;
                                });
        ClusterView view =
                (ClusterView)
                        Proxy.newProxyInstance(
                                loader,
                                new Class<?>[] {ClusterView.class},
                                (proxy, method, arguments) -> Optional.of(memory));
        new AgentRequests(api, view)
                .ask(
                        "edge",
                        new NodeSnapshot(
                                "edge",
                                NOW,
                                8L << 30,
                                0,
                                true,
                                Optional.empty(),
                                lane,
                                List.of(),
                                List.of(candidates)),
                        lane);
    }

    /** RFC 7396: a null takes away. */
    @SuppressWarnings("unchecked")
    private static void merge(Map<String, Object> target, Map<String, Object> patch) {
        patch.forEach(
                (key, value) -> {
                    if (value == null) {
                        target.remove(key);
                    } else if (value instanceof Map<?, ?> inner) {
                        Map<String, Object> below =
                                (Map<String, Object>)
                                        target.computeIfAbsent(
                                                key, k -> new java.util.LinkedHashMap<>());
                        merge(below, (Map<String, Object>) inner);
                    } else {
                        target.put(key, value);
                    }
                });
    }

    private static Candidate waiting() {
        return new Candidate(
                new InstanceKey("brains", "jar", "uid", "two"),
                "jar-two-1",
                new Commitment(1L << 30, 0, true),
                20,
                0,
                0,
                NOW,
                0,
                new Candidate.SettleDemand(Duration.ofSeconds(1), 16L << 20),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private Optional<String> shown() {
        return Optional.ofNullable(memory.getMetadata().getAnnotations())
                .map(annotations -> annotations.get("brainmatrix.io/lane"));
    }

    @Test
    void whoIsLetInIsShownByTheWriteThatAsksTheAgentToHurry() {
        pass(HELD, waiting());

        assertThat(writes).hasSize(1);
        assertThat(shown()).contains("brains/jar-one-1");
        assertThat(memory.getSpec().fast()).isTrue();
        assertThat(memory.getSpec().settleWindow()).isEqualTo("1s");
    }

    @Test
    void nothingIsWrittenWhileNothingChanges() {
        pass(HELD);
        pass(HELD);
        pass(HELD);

        assertThat(writes).hasSize(1);
    }

    @Test
    void aLaneThatIsFreeIsShownByTheWriteThatLetsTheAgentRest() {
        pass(HELD);
        pass(Lane.free());
        pass(Lane.free());

        assertThat(writes).hasSize(2);
        assertThat(shown()).isEmpty();
        assertThat(memory.getSpec().fast()).isFalse();
    }

    @Test
    void aLaneThatIsHandedOnCostsOneWriteAndAsksTheAgentForNothing() {
        pass(HELD, waiting());
        pass(Lane.heldBy(new Holder("brains", "jar-two-1", "uid")), waiting());

        assertThat(writes).hasSize(2);
        assertThat(writes.getLast()).contains("jar-two-1").doesNotContain("spec");
        assertThat(shown()).contains("brains/jar-two-1");
    }

    @Test
    void aHolderThatIsNoneOfOursIsShownAsItIs() {
        pass(Lane.of("somebody"));

        assertThat(shown()).contains("somebody");
    }
}
