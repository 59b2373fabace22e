package io.brainmatrix.operator.herald;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.chronicle.entry.EntryJson;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a status tells of, and that the chronicle takes it. */
class TidingsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    static BrainMatrix matrix(String instance) {
        return matrix("", instance);
    }

    /** With more in the instance's spec than it needs. */
    static BrainMatrix matrix(String spec, String instance) {
        return Serialization.unmarshal(
                """
                apiVersion: brainmatrix.io/v1alpha1
                kind: BrainMatrix
                metadata: {name: glass-jar, namespace: brains, uid: 6a1f5c1e-8b1b-4a57-9d5a-1c2d3e4f5a6b}
                spec: {instances: [{name: subject, budget: {ram: 512Mi}%s}]}
                status:
                  instances:
                  - name: subject
                %s"""
                        .formatted(spec, instance.indent(4)),
                BrainMatrix.class);
    }

    /** Its third life is ready; the first was killed, the second evicted. */
    private static final String BACK =
            """
            pod: glass-jar-subject-2
            lives: 2
            reason: Ready
            conditions: [{type: Ready, status: "True", lastTransitionTime: "2026-01-01T00:01:00Z", reason: Ready, message: ""}]
            crashes:
              total: 1
              byClass: {Killed: 1}
              recent:
              - {podUid: first, life: 1, endClass: Killed, exitCode: 137, when: "2026-01-01T00:00:00Z", phase: Serving, peak: 9, budget: 10, message: "Killed, exit code 137"}
            """;

    /** As the chronicle reads them: it refuses what is at fault. */
    private static List<JsonNode> told(BrainMatrix matrix) throws Exception {
        List<Tiding> tidings = Tidings.of(matrix, pod -> Optional.of("uid-of-" + pod));
        for (Tiding tiding : tidings) {
            EntryJson.read(JSON.readTree(tiding.json()), "entry", null);
        }
        return tidings.stream().map(t -> json(t.json())).toList();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aDeathAndTheResurrectionAfterIt() throws Exception {
        List<JsonNode> told = told(matrix(BACK));

        assertThat(told)
                .extracting(e -> e.path("kind").asText())
                .containsExactly("Death", "Resurrection");
        assertThat(told.getFirst().path("life").asInt()).isEqualTo(1);
        assertThat(told.getFirst().path("at").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(told.getFirst().path("details"))
                .isEqualTo(
                        json(
                                "{\"class\":\"Killed\",\"podUid\":\"first\",\"exitCode\":137,\"phase\":\"Serving\",\"peakBytes\":9,\"budgetBytes\":10,\"deaths\":1}"));
        assertThat(told.getLast().path("life").asInt()).isEqualTo(2);
        assertThat(told.getLast().path("at").asText()).isEqualTo("2026-01-01T00:01:00Z");
        assertThat(told.getLast().at("/details/podUid").asText())
                .isEqualTo("uid-of-glass-jar-subject-2");
    }

    @Test
    void aResurrectionWaitsUntilItsPodIsKnown() {
        assertThat(Tidings.of(matrix(BACK), pod -> Optional.empty()))
                .extracting(Tiding::key)
                .containsExactly("subject/1/Death");
    }

    /** The same entry whenever it is told: what was the latest death once is an older one later. */
    @Test
    void anotherDeathChangesNothingOfThoseBefore() throws Exception {
        String first = told(matrix(BACK)).getFirst().toString();

        List<JsonNode> later =
                told(
                        matrix(
                                """
                                lives: 3
                                reason: TooManyDeaths
                                crashes:
                                  total: 2
                                  shed: 1
                                  byClass: {Killed: 1, ShedForNode: 1, OutOfMemory: 1}
                                  recent:
                                  - {podUid: third, life: 3, endClass: OutOfMemory, when: "2026-01-01T00:03:00Z", message: "of memory"}
                                  - {podUid: evicted, life: 2, endClass: Evicted, when: "2026-01-01T00:02:30Z", message: "moved"}
                                  - {podUid: second, life: 2, endClass: ShedForNode, when: "2026-01-01T00:02:00Z", message: "shed"}
                                  - {podUid: first, life: 1, endClass: Killed, exitCode: 137, when: "2026-01-01T00:00:00Z", phase: Serving, peak: 9, budget: 10, message: "Killed, exit code 137"}
                                """));

        assertThat(later.getFirst().toString()).isEqualTo(first);
        assertThat(later)
                .extracting(e -> e.path("kind").asText() + e.at("/details/deaths").asInt())
                .containsExactly("Death1", "Death2", "Death3", "Suspension3");
    }

    @ParameterizedTest
    @EnumSource(EndClass.class)
    void whatIsNoDeathIsNotToldAsOne(EndClass end) throws Exception {
        boolean death = io.brainmatrix.operator.recovery.Ends.isTold(end);

        assertThat(
                        told(
                                matrix(
                                        """
                                        lives: 1
                                        crashes:
                                          recent: [{podUid: a, life: 1, endClass: %s, when: "2026-01-01T00:00:00Z", message: "gone"}]
                                        """
                                                .formatted(end))))
                .hasSize(death ? 1 : 0);
    }

    @Test
    void aSuspensionByTheSpecIsTold() throws Exception {
        assertThat(
                        told(
                                matrix(
                                        """
                                        lives: 1
                                        reason: Suspended
                                        conditions: [{type: Ready, status: "False", lastTransitionTime: "2026-01-01T00:01:00Z", reason: Suspended, message: ""}]
                                        """)))
                .singleElement()
                .satisfies(
                        e -> assertThat(e.at("/details/reason").asText()).isEqualTo("Suspended"));
    }

    @Test
    void whoHasNeverLivedIsToldNothingOf() throws Exception {
        assertThat(told(matrix("reason: Suspended\n"))).isEmpty();
    }
}
