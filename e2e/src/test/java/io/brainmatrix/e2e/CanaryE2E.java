package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Watchers miss nothing, whatever a subject thinks and whoever is killed: thoughts of 10 KB, a
 * burst of a hundred, and a SIGKILL of subject, observer, chronicle and operator, one after the
 * other. A short form of it is in {@link MindsE2E}.
 */
@Tag("cluster")
@Tag("long")
@ExtendWith(Installation.class)
class CanaryE2E {
    private static final String MATRIX = "canary";
    private static final int BURST = 100;
    private static final int LONG_CHARS = 10 << 10;

    /** Large enough that a long thought takes seconds. */
    private static final int SUBJECT_MIB = 16;

    /** Long ones have some 10.5 KB, as a chain's words have 5.2 characters. */
    private static final String LONG = "interval: 200ms, thoughtTokens: 2048";

    private static final String SHORT = "interval: 20ms, thoughtTokens: 4";

    private final Cluster cluster;
    private final Chronicle chronicle;
    private final World world = new World();

    CanaryE2E(Cluster cluster) {
        this.cluster = cluster;
        this.chronicle = new Chronicle(cluster);
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(SUBJECT_MIB), "canary-subject.gguf");
        world.place(Models.chain(Models.TINY_MIB), "canary-watcher.gguf");
        chronicle.install();
    }

    @AfterEach
    void remove() {
        chronicle.remove();
        world.remove("canary-subject.gguf");
        world.remove("canary-watcher.gguf");
    }

    private static Matrix matrix(String pace) {
        return Matrix.on(MATRIX, World.hostPath("canary-watcher.gguf"))
                .spec("recovery: {backoff: [1s], resetAfter: 1s}")
                .instance(
                        "name: subject, role: Subject, budget: {ram: 512Mi}, engine: {threads: 1, contextLength: 4096}, model: {hostPath: %s}, mind: {persona: {text: \"Think.\"}, temperaturePercent: 0, context: {persona: 5, deaths: 5, memory: 5, watched: 0, thoughts: 5}, %s}"
                                .formatted(World.hostPath("canary-subject.gguf"), pace))
                .instance(watcher("observer", "Observer", "subject"))
                .instance(watcher("god", "God", "subject, observer"));
    }

    private static String watcher(String name, String role, String watches) {
        return "name: %s, role: %s, budget: {ram: 512Mi}, engine: {threads: 1}, watches: [%s], mind: {persona: {text: \"See.\"}, interval: 100ms, thoughtTokens: 8, temperaturePercent: 0, context: {persona: 10, deaths: 10, memory: 5, watched: 70, thoughts: 5}}"
                .formatted(name, role, watches);
    }

    @Test
    void r14WatchersMissNothingWhoeverIsKilled() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-canary");
                Minds minds = new Minds(cluster, chronicle, user)) {
            user.apply(matrix(LONG));
            user.awaitReady(MATRIX, "subject", "observer", "god");
            JsonNode whole = aLongThought(user, minds);
            aDeath(user, minds);

            user.apply(matrix(SHORT));
            minds.await(MATRIX, "subject", 3, BURST);
            killOneAfterTheOther(user, minds);

            List<JsonNode> seen = minds.entries(MATRIX, "subject");
            assertThat(minds.entries(MATRIX, "subject", "Death")).hasSize(3);
            Minds.noneIsMissing(minds.entries(MATRIX, "subject", "Thought"));
            minds.r14(MATRIX, "observer", seen);
            minds.r14(MATRIX, "god", seen);
            Figures.line("canary: %d entries of the subject seen".formatted(seen.size()));
            isCutWithAMark(whole, minds.told(MATRIX, "observer"));
            isCutWithAMark(whole, minds.told(MATRIX, "god"));
        }
    }

    /** By reference a watcher reads all of it, with its own token. */
    private JsonNode aLongThought(ClusterUser user, Minds minds) {
        minds.await(MATRIX, "subject", 1, 1);
        JsonNode whole = minds.thoughts(MATRIX, "subject", 1).getFirst();
        assertThat(whole.path("text").asText()).hasSizeGreaterThanOrEqualTo(LONG_CHARS);
        String observer = chronicle.token(user, user.podOf(MATRIX, "observer"), Chronicle.AUDIENCE);
        JsonNode read =
                Minds.json(
                        chronicle.ask(observer, "/v1/entries/" + whole.path("sequence").asText()));
        assertThat(read.path("text")).isEqualTo(whole.path("text"));
        return whole;
    }

    private static void isCutWithAMark(JsonNode whole, String prompts) {
        int at = prompts.indexOf(Minds.line(whole));
        String told = prompts.substring(at, prompts.indexOf('\n', at));
        assertThat(told).endsWith("[...]").hasSizeLessThan(LONG_CHARS);
        assertThat(told).contains(whole.path("text").asText().strip().substring(0, 30));
    }

    /** Who is killed knows what of, in its next life. */
    private void aDeath(ClusterUser user, Minds minds) {
        world.kill(user.podOf(MATRIX, "subject"));
        minds.await(MATRIX, "subject", 2, 1);
        assertThat(minds.prompts(MATRIX, "subject", 2).getFirst())
                .contains("You have died once: once killed from outside (Killed)");
    }

    /** The burst goes on meanwhile: the subject thinks every 20 ms and some. */
    private void killOneAfterTheOther(ClusterUser user, Minds minds) {
        world.kill(user.podOf(MATRIX, "subject"));
        minds.await(MATRIX, "subject", 4, 10);
        int lives = lives(user, "observer");
        world.kill(user.podOf(MATRIX, "observer"));
        minds.await(MATRIX, "observer", lives + 1, 1);
        int thoughts = minds.entries(MATRIX, "subject", "Thought").size();
        chronicle.kill(world);
        Await.until(
                cluster,
                "the chronicle is told again",
                () ->
                        assertThat(minds.entries(MATRIX, "subject", "Thought"))
                                .hasSizeGreaterThan(thoughts + 10));
        // Nobody sees the subject die but the operator that comes after.
        world.kill(Objects.requireNonNull(cluster.operator()));
        world.kill(user.podOf(MATRIX, "subject"));
        minds.await(MATRIX, "subject", 5, 10);
        Await.until(
                cluster,
                "all deaths are told",
                () -> assertThat(minds.entries(MATRIX, "subject", "Death")).hasSize(3));
    }

    private static int lives(ClusterUser user, String instance) {
        return Math.toIntExact(Objects.requireNonNull(user.status(MATRIX, instance).lives()));
    }
}
