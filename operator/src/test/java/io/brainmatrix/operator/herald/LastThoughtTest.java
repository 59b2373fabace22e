package io.brainmatrix.operator.herald;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.chronicle.entry.EntryJson;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pod was thinking when it ended, by its termination message. */
class LastThoughtTest {
    private static final String UID = "6a1f5c1e-8b1b-4a57-9d5a-1c2d3e4f5a6b";
    private static final String NAME = "glass-jar-subject-3";

    /** As pods write it. */
    static final String THINKING = agreed();

    private static String agreed() {
        try {
            return Files.readString(Path.of("../contracts/termination-message-thinking.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A matrix whose subject's present life is this pod. */
    static BrainMatrix of(String pod) {
        return TidingsTest.matrix("pod: %s\nlives: 3\n".formatted(pod));
    }

    static Pod ended(String name, String message) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("brains")
                .withUid("uid-of-" + name)
                .addToAnnotations(WorkloadNames.MATRIX_UID, UID)
                .addToLabels(WorkloadNames.INSTANCE, "subject")
                .addToLabels(WorkloadNames.LIFE, "3")
                .endMetadata()
                .withNewStatus()
                .addNewContainerStatus()
                .withName(WorkloadNames.CONTAINER)
                .withNewState()
                .withNewTerminated()
                .withExitCode(137)
                .withMessage(message)
                .withFinishedAt("2026-01-01T12:00:00Z")
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    @Test
    void isToldAsTheChronicleTakesIt() throws Exception {
        LastThought last = LastThought.of(ended(NAME, THINKING + " ".repeat(2000))).orElseThrow();

        JsonNode told = new ObjectMapper().readTree(last.tiding(of(NAME)).json());

        var _ = EntryJson.read(told, "entry", null);
        assertThat(told.path("kind").asText()).isEqualTo("PartialThought");
        assertThat(told.path("matrix").asText()).isEqualTo("glass-jar");
        assertThat(told.path("instance").asText()).isEqualTo("subject");
        assertThat(told.path("life").asLong()).isEqualTo(3);
        assertThat(told.path("number").asLong()).isEqualTo(12);
        assertThat(told.path("at").asText()).isEqualTo("2026-01-01T12:00:00Z");
        assertThat(told.path("text").asText()).isEqualTo("It is \"warm\" in here.\nThe lamp ä");
        assertThat(told.at("/details/seed").asInt()).isEqualTo(7);
        assertThat(told.at("/details/finishReason").asText()).isEqualTo("recovered");
    }

    @Test
    void isOnlyOfAPodThatTheStatusNames() {
        LastThought last = LastThought.of(ended(NAME, THINKING)).orElseThrow();

        assertThat(last.isOf(of(NAME))).isTrue();
        assertThat(last.isOf(of("glass-jar-subject-4"))).as("a pod that somebody made").isFalse();
        assertThat(last.isOf(TidingsTest.matrix(was("uid-of-" + NAME)))).isTrue();
        assertThat(last.isOf(TidingsTest.matrix(was("another")))).isFalse();
        BrainMatrix elsewhere = of(NAME);
        elsewhere.getMetadata().setNamespace("elsewhere");
        assertThat(last.isOf(elsewhere)).isFalse();
        BrainMatrix another = of(NAME);
        another.getMetadata().setUid("another");
        assertThat(last.isOf(another)).isFalse();
    }

    /** Its end is in the status already. */
    private static String was(String podUid) {
        return """
        lives: 3
        crashes:
          total: 1
          recent:
          - {podUid: %s, life: 3, endClass: Killed, when: "2026-01-01T12:00:00Z", message: gone}
        """
                .formatted(podUid);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Killed",
                "{\"phase\":\"Serv",
                "{\"phase\":\"Serving\"}",
                "{\"thought\":7}",
                "{\"thought\":{\"number\":0,\"seed\":7,\"text\":\"x\"}}",
                "{\"thought\":{\"number\":1,\"seed\":7,\"text\":\"\"}}"
            })
    void whoWasThinkingNothingLeavesNothing(String message) {
        assertThat(LastThought.of(ended(NAME, message))).isEmpty();
    }

    @Test
    void whoGoesOnOrIsNobodysLifeLeavesNothing() {
        Pod running = ended(NAME, THINKING);
        running.getStatus().getContainerStatuses().getFirst().getState().setTerminated(null);
        assertThat(LastThought.of(running)).isEmpty();
        Pod waiting = ended(NAME, THINKING);
        waiting.getStatus().setContainerStatuses(null);
        assertThat(LastThought.of(waiting)).isEmpty();
        Pod strange = ended(NAME, THINKING);
        strange.getMetadata().getLabels().put(WorkloadNames.LIFE, "three");
        assertThat(LastThought.of(strange)).isEmpty();
        Pod foreign = ended(NAME, THINKING);
        foreign.getMetadata().setAnnotations(null);
        assertThat(LastThought.of(foreign)).isEmpty();
    }
}
