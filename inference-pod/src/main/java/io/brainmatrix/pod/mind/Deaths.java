package io.brainmatrix.pod.mind;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a mind is told of its own deaths. Pure. */
final class Deaths {
    private static final Map<String, String> WORDS =
            Map.of(
                    "OutOfMemory", "of your own memory running out",
                    "NodeOutOfMemory", "of the machine's memory running out",
                    "GuardEnded", "of too much memory, ended by your guard",
                    "LoadAborted", "while you were being loaded",
                    "LoadTimedOut", "while you were being loaded, for too long",
                    "EngineFault", "of a fault of your engine",
                    "Hung", "of silence",
                    "Killed", "killed from outside",
                    "ShedForNode", "given up so that the machine may live");

    private Deaths() {}

    /**
     * A paragraph; empty for one that has never died.
     *
     * @param byClass deaths of all lives before
     */
    static String told(
            Map<String, Long> byClass, MindConfig.@Nullable LastDeath last, Instant now) {
        long all = byClass.values().stream().mapToLong(Long::longValue).sum();
        if (all <= 0) {
            return "";
        }
        String classes =
                new TreeMap<>(byClass)
                        .entrySet().stream()
                                .filter(e -> e.getValue() > 0)
                                .map(e -> times(e.getValue()) + " " + words(e.getKey()))
                                .collect(Collectors.joining(", "));
        Optional<String> ago =
                Optional.ofNullable(last)
                        .flatMap(MindConfig.LastDeath::when)
                        .map(when -> CoarseTime.ago(java.time.Duration.between(when, now)));
        return "You have died %s: %s.%s"
                .formatted(
                        times(all),
                        classes,
                        ago.map(a -> " The last time was " + a + ".").orElse(""));
    }

    /** What ended a life, in words and as the operator calls it. */
    static String words(String endClass) {
        String words = WORDS.get(endClass);
        return words == null ? endClass : "%s (%s)".formatted(words, endClass);
    }

    private static String times(long count) {
        return count == 1 ? "once" : count == 2 ? "twice" : count + " times";
    }
}
