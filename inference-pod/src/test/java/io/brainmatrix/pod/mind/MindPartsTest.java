package io.brainmatrix.pod.mind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small rules of which a mind is made. */
class MindPartsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private static MindConfig.LastDeath last(String at) {
        return new MindConfig.LastDeath("Killed", 2, at);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, some time ago",
        "0, moments ago",
        "59, moments ago",
        "60, minutes ago",
        "3600, hours ago",
        "86400, days ago",
        "1209600, long ago",
    })
    void howLongAgoIsCoarse(long seconds, String words) {
        assertThat(CoarseTime.ago(Duration.ofSeconds(seconds))).isEqualTo(words);
    }

    @Test
    void deathsAreCountedByClass() {
        assertThat(Deaths.told(Map.of(), null, NOW)).isEmpty();
        assertThat(Deaths.told(Map.of("Killed", 1L), last("2026-01-01T11:30:00Z"), NOW))
                .isEqualTo(
                        "You have died once: once killed from outside (Killed). The last time was minutes ago.");
        assertThat(Deaths.told(Map.of("Killed", 2L, "OutOfMemory", 3L), last("when?"), NOW))
                .isEqualTo(
                        "You have died 5 times: twice killed from outside (Killed), 3 times of your own memory running out (OutOfMemory).");
    }

    @Test
    void thePersonaHasItsVariables() throws Exception {
        Persona persona =
                Persona.of(
                        "subject",
                        "\n You are ${instance}, and ${mood}. $5 {x} \\ ${instance}\n",
                        Map.of("instance", "subject", "mood", "c\\alm $1 ${instance}"));

        assertThat(persona.text())
                .isEqualTo("You are subject, and c\\alm $1 ${instance}. $5 {x} \\ subject");
        assertThat(persona.variant()).matches("subject@[0-9a-f]{12}");
        assertThatThrownBy(() -> Persona.of("s", "${who} is it", Map.of("mood", "calm")))
                .hasMessageContaining("`who`")
                .hasMessageContaining("[mood]");
        assertThat(Persona.of("k".repeat(253), "x", Map.of()).variant()).hasSize(63);
    }

    @Test
    void eachThoughtHasASeedOfItsOwnThatIsAlwaysTheSame() {
        Set<Integer> seeds = new HashSet<>();
        for (int life = 1; life <= 20; life++) {
            for (int number = 1; number <= 50; number++) {
                seeds.add(Seeds.of(7, life, number));
            }
        }

        assertThat(seeds).hasSizeGreaterThan(998).allMatch(seed -> seed >= 0);
        assertThat(Seeds.of(7, 1, 1)).isEqualTo(Seeds.of(7, 1, 1)).isNotEqualTo(Seeds.of(8, 1, 1));
    }

    private static final String HISTORY =
            """
            {"entries":[
              {"life":2,"kind":"PartialThought","number":2,"text":"and th","details":{}},
              {"life":2,"kind":"Thought","number":1,"text":"again","prompt":{"text":"long"},"details":{"feed":41}},
              {"life":1,"kind":"Death","number":0,"text":"","details":{"class":"OutOfMemory"}},
              {"life":1,"kind":"Thought","number":2,"text":"warm","details":{"feed":40}},
              {"life":1,"kind":"Thought","number":1,"text":"light","details":{}}]}
            """;

    private static List<Past.Entry> history() throws IOException {
        return Past.parse(new ByteArrayInputStream(HISTORY.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aLifeBeginsWithWhatWasAndWithWhatEndedIt() throws IOException {
        Past past = Past.of(history(), 3, last("2026-01-01T11:30:00Z"), false);

        assertThat(past.thoughts())
                .containsExactly(
                        "light",
                        "warm",
                        "(Here your life 1 ended: you died, of your own memory running out (OutOfMemory).)",
                        "again",
                        "and th[...]",
                        "(Here your life 2 ended: you died, killed from outside (Killed).)");
        assertThat(past.feed()).isEqualTo(41);
    }

    @Test
    void anEndThatWasNoDeathIsNotToldAsOne() throws IOException {
        assertThat(Past.of(history(), 3, null, false).thoughts().getLast())
                .isEqualTo("(Here your life 2 ended; it was no death.)");
        assertThat(Past.of(history(), 2, null, false).thoughts().getLast())
                .isEqualTo("and th[...]");
    }

    @Test
    void oneThatBeginsBlankStillKnowsWhatItHasSeen() throws IOException {
        assertThat(Past.of(history(), 3, null, true)).isEqualTo(new Past(List.of(), 41));
    }

    private static Thought thought(String text, Optional<Thought.Ended> ended) {
        return new Thought(
                1,
                2,
                NOW,
                text,
                new Thought.Known(2, 4, 5, "ab".repeat(32), 6, "subject@1"),
                ended);
    }

    @Test
    void oneUnderWayIsToldByTheSameNamesWithoutItsPrompt() throws Exception {
        var json = new com.fasterxml.jackson.databind.ObjectMapper();
        var ended = new Thought.Ended(false, "p", "d", 3, "ended", OptionalLong.empty());
        var cutOff = json.readTree(thought("I am", Optional.of(ended)).json());
        var underWay = json.readTree(thought("I am", Optional.empty()).json());

        assertThat(underWay.path("kind").asText()).isEqualTo("PartialThought");
        assertThat(underWay.has("prompt")).isFalse();
        assertThat(underWay.path("details").properties())
                .isNotEmpty()
                .isSubsetOf(cutOff.path("details").properties());
        assertThat(cutOff.path("kind").asText()).isEqualTo("PartialThought");
        assertThat(cutOff.at("/prompt/text").asText()).isEqualTo("p");
    }

    @Test
    void whatIsStoredIsTheTextAsItWas() throws Exception {
        String odd = "'; DROP TABLE entries; --\u0000\ud800 \u202e\ud83d\ude00\nend";
        String json =
                thought(
                                odd,
                                Optional.of(
                                        new Thought.Ended(
                                                true,
                                                "prompt",
                                                new TokenIds(1, 258).digest(),
                                                3,
                                                "stop",
                                                OptionalLong.of(9))))
                        .json();

        var read = new com.fasterxml.jackson.databind.ObjectMapper().readTree(json);
        assertThat(json).doesNotContain("\n");
        assertThat(read.path("text").asText()).isEqualTo(odd);
        assertThat(read.at("/details/feed").asLong()).isEqualTo(9);
        // printf '\1\0\0\0\2\1\0\0' | sha256sum
        assertThat(read.at("/prompt/sha256").asText())
                .isEqualTo("fb8bbe2ad3ab5292f19bc5d75bbab9b5fbddc5a78ce47ab41b2d3d59bca08596");
    }
}
