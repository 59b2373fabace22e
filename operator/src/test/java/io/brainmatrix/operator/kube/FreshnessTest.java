package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** R3: what the operator has not seen change for two and a half heartbeats closes the gate. */
class FreshnessTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Freshness freshness = new Freshness(nanos::get);

    private static NodeMemory memory(boolean fast, int second) {
        return Serialization.unmarshal(
                """
                apiVersion: brainmatrix.io/v1alpha1
                kind: NodeMemory
                metadata: {name: edge}
                spec: {fast: %s}
                status: {heartbeat: "2026-01-01T00:00:%02dZ"}
                """
                        .formatted(fast, second),
                NodeMemory.class);
    }

    private void after(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void whatIsFoundAtTheStartIsOfUnknownAge() {
        freshness.onAdd(memory(true, 1));

        assertThat(freshness.freshFor(memory(true, 1))).isEmpty();
    }

    @Test
    void isFreshForTwoAndAHalfHeartbeatsAndSaysHowLongStill() {
        freshness.onUpdate(memory(true, 1), memory(true, 2));
        after(Duration.ofSeconds(24));

        assertThat(freshness.freshFor(memory(true, 2))).contains(Duration.ofSeconds(1));
        after(Duration.ofSeconds(1));
        assertThat(freshness.freshFor(memory(true, 2))).isPresent();
        after(Duration.ofNanos(1));
        assertThat(freshness.freshFor(memory(true, 2))).isEmpty();
    }

    @Test
    void aSlowHeartbeatHasMoreTime() {
        freshness.onUpdate(memory(false, 1), memory(false, 2));
        after(Duration.ofSeconds(149));

        assertThat(freshness.freshFor(memory(false, 2))).contains(Duration.ofSeconds(1));
    }

    @Test
    void aChangeWithoutAHeartbeatIsNotTheAgents() {
        freshness.onUpdate(memory(true, 1), memory(true, 2));
        after(Duration.ofSeconds(20));
        freshness.onUpdate(memory(false, 2), memory(true, 2));
        after(Duration.ofSeconds(6));

        assertThat(freshness.freshFor(memory(true, 2))).isEmpty();
    }
}
