package io.brainmatrix.pod.mind;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * One thought, whole or cut off by the end of its life.
 *
 * @param number from 1 in each life
 * @param at when it was ended, by the node's clock
 * @param prompt as it went to the engine
 * @param promptTokens of the prompt, with those that the model puts before it
 * @param promptDigest of the ids of its tokens, {@link #digest}
 * @param tokens of the thought
 * @param promptMillis until its first token
 * @param generationMillis from its first token to its last
 * @param seed that it was drawn with
 * @param finish why it ended, one word
 * @param feed the last sequence of those watched that its prompt tells of; empty for none yet
 */
record Thought(
        long life,
        long number,
        Instant at,
        String text,
        String prompt,
        int promptTokens,
        String promptDigest,
        int tokens,
        long promptMillis,
        long generationMillis,
        int seed,
        String finish,
        OptionalLong feed) {
    /** Half a surrogate pair has no UTF-8: only its escape can carry it. */
    private static final ObjectWriter ASCII =
            new ObjectMapper().writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    /** As the chronicle takes them. */
    private static final int TEXT_MAX_CHARS = 262_144;

    private static final int UNFINISHED_MAX_CHARS = 65_536;

    /**
     * The entry for the chronicle, in one line.
     *
     * @param model what tells the model from others, 64 hexadecimal digits
     * @param persona which variant it thought by
     * @param partial whether its life ended before it did
     */
    String json(String model, String persona, boolean partial) {
        ObjectNode entry = entry(partial ? "PartialThought" : "Thought", life, number, at);
        entry.put("text", head(text, TEXT_MAX_CHARS));
        entry.putObject("prompt").put("text", prompt).put("sha256", promptDigest);
        ObjectNode details = entry.putObject("details");
        details.put("promptTokens", promptTokens)
                .put("completionTokens", tokens)
                .put("promptMillis", promptMillis)
                .put("generationMillis", generationMillis)
                .put("model", model)
                .put("seed", seed)
                .put("persona", persona)
                .put("finishReason", finish);
        feed.ifPresent(sequence -> details.put("feed", sequence));
        return line(entry);
    }

    /**
     * One that is under way, for the chronicle to keep. It has no prompt, and so does not say what
     * of those watched it was told of: the next life sees that again.
     *
     * @param text what there is of it
     * @param details what is known of it already
     */
    static String unfinishedJson(long life, long number, Instant at, String text, Known details) {
        ObjectNode entry = entry("PartialThought", life, number, at);
        entry.put("text", head(text, UNFINISHED_MAX_CHARS));
        entry.putObject("details")
                .put("promptTokens", details.promptTokens())
                .put("promptMillis", details.promptMillis())
                .put("generationMillis", details.generationMillis())
                .put("model", details.model())
                .put("seed", details.seed())
                .put("persona", details.persona());
        return line(entry);
    }

    /** What is known of a thought before it has ended; as in {@link Thought}. */
    record Known(
            int promptTokens,
            long promptMillis,
            long generationMillis,
            String model,
            int seed,
            String persona) {}

    private static ObjectNode entry(String kind, long life, long number, Instant at) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("kind", kind)
                .put("life", life)
                .put("number", number)
                .put("at", at.toString());
    }

    private static String head(String text, int chars) {
        return text.substring(0, Math.min(text.length(), chars));
    }

    private static String line(ObjectNode entry) {
        try {
            return ASCII.writeValueAsString(entry);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can be written", e);
        }
    }

    /** SHA-256 of token ids, each as four bytes, the lowest first; 64 hexadecimal digits. */
    static String digest(int[] tokens) {
        ByteBuffer bytes = ByteBuffer.allocate(tokens.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int token : tokens) {
            bytes.putInt(token);
        }
        return Persona.Sha256.of(bytes.array());
    }
}
