package io.brainmatrix.embedded.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PodStateTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.700Z");
    private static final Instant LATER = NOW.plusSeconds(5);

    private final PodState created = PodState.creating("127.0.0.1", "127.0.0.9", NOW);

    private static ObjectNode pod() {
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        pod.withObject("/metadata").put("uid", "u");
        pod.withObject("/spec").withArray("/containers").addObject().put("name", "inference");
        return pod;
    }

    private static String condition(JsonNode status, String type, String field) {
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path(field).asText();
            }
        }
        return "";
    }

    @Test
    void aPodWithoutAProcessIsPendingAndHasNoAddress() {
        JsonNode status = created.status(pod(), NOW);

        assertThat(status.path("phase").asText()).isEqualTo("Pending");
        assertThat(status.has("podIP")).isFalse();
        assertThat(status.at("/containerStatuses/0/state/waiting/reason").asText())
                .isEqualTo("ContainerCreating");
    }

    @Test
    void readyFollowsTheProbesAndKeepsItsTime() {
        JsonNode running = created.running(NOW).status(pod(), NOW);
        assertThat(running.path("phase").asText()).isEqualTo("Running");
        assertThat(running.path("podIP").asText()).isEqualTo("127.0.0.9");
        assertThat(condition(running, "Ready", "status")).isEqualTo("False");

        ObjectNode before = pod();
        before.set("status", running);
        JsonNode ready = created.running(NOW).probed(true, true).status(before, LATER);
        assertThat(condition(ready, "Ready", "status")).isEqualTo("True");
        assertThat(condition(ready, "Ready", "lastTransitionTime"))
                .isEqualTo("2026-01-01T00:00:05Z");
        assertThat(condition(ready, "PodScheduled", "lastTransitionTime"))
                .isEqualTo("2026-01-01T00:00:00Z");
        assertThat(ready.at("/containerStatuses/0/started").asBoolean()).isTrue();
    }

    private JsonNode terminated(int code, boolean outOfMemory) {
        return created.running(NOW)
                .probed(true, true)
                .ended(new PodState.End(LATER, code, outOfMemory, "words"))
                .status(pod(), LATER);
    }

    @Test
    void anEndIsToldAsARuntimeTellsIt() {
        JsonNode killed = terminated(137, true);
        assertThat(killed.path("phase").asText()).isEqualTo("Failed");
        assertThat(condition(killed, "Ready", "status")).isEqualTo("False");
        JsonNode end = killed.at("/containerStatuses/0/state/terminated");
        assertThat(end.path("reason").asText()).isEqualTo("OOMKilled");
        assertThat(end.path("exitCode").asInt()).isEqualTo(137);
        assertThat(end.path("message").asText()).isEqualTo("words");
        assertThat(end.path("finishedAt").asText()).isEqualTo("2026-01-01T00:00:05Z");
        assertThat(killed.at("/containerStatuses/0/started").asBoolean()).isFalse();

        assertThat(reason(terminated(137, false))).isEqualTo("Error");
        assertThat(reason(terminated(31, true)))
                .as("only a child of it was killed, it ended by itself")
                .isEqualTo("Error");
        assertThat(reason(terminated(0, false))).isEqualTo("Completed");
        assertThat(terminated(0, false).path("phase").asText()).isEqualTo("Succeeded");
    }

    private static String reason(JsonNode status) {
        return status.at("/containerStatuses/0/state/terminated/reason").asText();
    }
}
