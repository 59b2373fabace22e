package io.brainmatrix.pod.mind;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.chronicle.client.FeedFollower;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something that was seen of a watched one.
 *
 * @param sequence its place in the chronicle, where all of it can be read
 * @param death whether it is a death
 * @param line what a watcher is told, in one line
 */
record Sighting(long sequence, boolean death, Counted line) {
    private static final ObjectMapper JSON = new ObjectMapper();

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Entry(
            @Nullable String instance,
            long life,
            @Nullable String kind,
            long number,
            @Nullable String text,
            @Nullable Map<String, Object> details) {
        Object detail(String name) {
            return details == null ? "" : Objects.requireNonNullElse(details.get(name), "");
        }
    }

    /**
     * Of an entry of the feed.
     *
     * @param counted counts the tokens of its line
     */
    static Sighting of(FeedFollower.Event event, Function<String, Counted> counted) {
        Entry entry;
        try {
            entry = JSON.readValue(event.json(), Entry.class);
        } catch (IOException e) {
            return new Sighting(
                    event.sequence(),
                    false,
                    counted.apply("(#%d cannot be read)".formatted(event.sequence())));
        }
        String text = Plain.line(Objects.requireNonNullElse(entry.text(), ""));
        String what =
                switch (Objects.requireNonNullElse(entry.kind(), "")) {
                    case "Thought" -> "thought %d: %s".formatted(entry.number(), text);
                    case "PartialThought" ->
                            "thought %d, cut off by the end: %s".formatted(entry.number(), text);
                    case "Death" -> "died, " + Deaths.words(String.valueOf(entry.detail("class")));
                    case "Resurrection" -> "is alive again";
                    case "Suspension" -> "was suspended (%s)".formatted(entry.detail("reason"));
                    default -> "%s: %s".formatted(entry.kind(), text);
                };
        return new Sighting(
                event.sequence(),
                "Death".equals(entry.kind()),
                counted.apply(
                        "(#%d) %s, life %d, %s"
                                .formatted(
                                        event.sequence(), entry.instance(), entry.life(), what)));
    }
}
