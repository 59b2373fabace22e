package io.brainmatrix.chronicle;

import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Kind;
import io.brainmatrix.chronicle.entry.Origin;
import io.brainmatrix.chronicle.entry.Prompt;
import java.time.Instant;

/** Entries as tests need them. */
public final class Entries {
    public static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    public static final String SHA = "ab".repeat(32);
    public static final Origin SUBJECT = origin("subject");

    private Entries() {}

    public static Origin origin(String instance) {
        return new Origin("brains", "glass-jar", "uid-1", instance);
    }

    public static Entry thought(Origin of, long life, long number, String text) {
        return new Entry(
                of,
                life,
                Kind.Thought,
                number,
                NOON.plusSeconds(number),
                text,
                new Prompt("You are " + of.instance() + ".", SHA),
                """
                {"promptTokens":10,"completionTokens":5,"promptMillis":3,"generationMillis":40,"model":"%s","seed":-7,"persona":"plain","finishReason":"stop"}"""
                        .formatted(SHA));
    }

    /** What of a thought is there so many seconds after it was begun. */
    public static Entry unfinished(Origin of, long life, long number, int seconds, String text) {
        return new Entry(
                of,
                life,
                Kind.PartialThought,
                number,
                NOON.plusSeconds(number + seconds),
                text,
                null,
                "{\"promptTokens\":10,\"seed\":-7,\"finishReason\":\"killed\"}");
    }

    public static Entry death(Origin of, long life) {
        return new Entry(
                of,
                life,
                Kind.Death,
                0,
                NOON.plusSeconds(1000 + life),
                "out of memory",
                null,
                "{\"class\":\"OutOfMemory\",\"podUid\":\"p%d\"}".formatted(life));
    }

    /** As a writer sends a thought. */
    public static String json(long life, long number, String text) {
        return """
        {"kind":"Thought","life":%d,"number":%d,"at":"2026-01-01T12:00:00Z","text":%s,
         "prompt":{"text":"You are.","sha256":"%s"},
         "details":{"promptTokens":10,"completionTokens":5,"promptMillis":3,"generationMillis":40,
                    "model":"%s","seed":-7,"persona":"plain","finishReason":"stop"}}"""
                .formatted(
                        life,
                        number,
                        com.fasterxml.jackson.databind.node.TextNode.valueOf(text).toString(),
                        SHA,
                        SHA);
    }
}
