package io.brainmatrix.pod.mind;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a life finds of those before it.
 *
 * @param thoughts the oldest first, with a line wherever a life ended
 * @param feed the last sequence of those watched that a thought was told of; 0 for none
 */
record Past(List<String> thoughts, long feed) {
    private static final ObjectMapper JSON = new ObjectMapper();

    Past {
        thoughts = List.copyOf(thoughts);
    }

    /** Of one that has none. */
    static final Past NONE = new Past(List.of(), 0);

    /** An entry of {@code GET /v1/history}; its prompt is passed over. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Entry(
            long life,
            @Nullable String kind,
            @Nullable String text,
            @Nullable Map<String, Object> details) {
        private boolean is(String name) {
            return name.equals(kind);
        }

        private boolean thought() {
            return is("Thought") || is("PartialThought");
        }

        private long feed() {
            return details != null && details.get("feed") instanceof Number number
                    ? number.longValue()
                    : 0;
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Page(@Nullable List<Entry> entries) {}

    /** The entries of an answer, the newest first. */
    static List<Entry> parse(InputStream json) throws IOException {
        Page page = JSON.readValue(json, Page.class);
        return page == null || page.entries() == null ? List.of() : page.entries();
    }

    /**
     * Puts it in order.
     *
     * @param newestFirst as the chronicle tells it
     * @param life the present one
     * @param last the latest death, which the chronicle may not know of yet
     * @param blank whether the thoughts are to be forgotten; what was seen of others is not seen
     *     again all the same
     */
    static Past of(
            List<Entry> newestFirst,
            long life,
            MindConfig.@Nullable LastDeath last,
            boolean blank) {
        long feed =
                newestFirst.stream()
                        .filter(Entry::thought)
                        .mapToLong(Entry::feed)
                        .filter(sequence -> sequence > 0)
                        .findFirst()
                        .orElse(0);
        if (blank) {
            return new Past(List.of(), feed);
        }
        Map<Long, String> deaths = new HashMap<>();
        for (Entry entry : newestFirst) {
            if (entry.is("Death") && entry.details() != null) {
                deaths.put(entry.life(), String.valueOf(entry.details().get("class")));
            }
        }
        if (last != null) {
            deaths.put(last.life(), last.endClass());
        }
        List<String> thoughts = new ArrayList<>();
        long before = 0;
        for (Entry entry : newestFirst.reversed()) {
            if (entry.thought() && entry.life() <= life) {
                if (before != 0 && entry.life() != before) {
                    thoughts.add(end(before, deaths.get(before)));
                }
                before = entry.life();
                String text = Objects.requireNonNullElse(entry.text(), "");
                thoughts.add(entry.is("Thought") ? text : text + Cut.MARK);
            }
        }
        if (before != 0 && before != life) {
            thoughts.add(end(before, deaths.get(before)));
        }
        return new Past(thoughts, feed);
    }

    private static String end(long life, @Nullable String death) {
        return death == null
                ? "(Here your life %d ended; it was no death.)".formatted(life)
                : "(Here your life %d ended: you died, %s.)".formatted(life, Deaths.words(death));
    }
}
