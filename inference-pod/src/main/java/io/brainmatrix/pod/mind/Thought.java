package io.brainmatrix.pod.mind;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One thought: whole, cut off by the end of its life, or still under way.
 *
 * @param number from 1 in each life
 * @param at when this was said of it, by the node's clock
 * @param text what there is of it
 * @param ended empty while it is under way. Then it has no prompt, and so does not say what of
 *     those watched it was told of: the next life sees that again
 */
record Thought(
        long life, long number, Instant at, String text, Known known, Optional<Ended> ended) {
    /** Half a surrogate pair has no UTF-8: only its escape can carry it. */
    private static final ObjectWriter ASCII =
            new ObjectMapper().writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    /** As the chronicle takes them. */
    private static final int TEXT_MAX_CHARS = 262_144;

    private static final int UNFINISHED_MAX_CHARS = 65_536;

    /**
     * What is known of a thought from its first token on.
     *
     * @param promptTokens of the prompt, with those that the model puts before it
     * @param promptMillis until its first token
     * @param generationMillis from its first token to its latest
     * @param model what tells the model from others, 64 hexadecimal digits
     * @param seed that it is drawn with
     * @param persona which variant it thinks by
     */
    record Known(
            int promptTokens,
            long promptMillis,
            long generationMillis,
            String model,
            int seed,
            String persona) {
        private void into(ObjectNode details) {
            details.put("promptTokens", promptTokens)
                    .put("promptMillis", promptMillis)
                    .put("generationMillis", generationMillis)
                    .put("model", model)
                    .put("seed", seed)
                    .put("persona", persona);
        }
    }

    /**
     * What is known of a thought once it has ended.
     *
     * @param whole whether it ended before its life did
     * @param prompt as it went to the engine
     * @param promptDigest {@link TokenIds#digest} of it
     * @param tokens of the thought
     * @param finish why it ended, one word
     * @param feed the last sequence of those watched that its prompt tells of; empty for none yet
     */
    record Ended(
            boolean whole,
            String prompt,
            String promptDigest,
            int tokens,
            String finish,
            OptionalLong feed) {
        private void into(ObjectNode details) {
            details.put("completionTokens", tokens).put("finishReason", finish);
            feed.ifPresent(sequence -> details.put("feed", sequence));
        }
    }

    /** The entry for the chronicle, in one line. */
    String json() {
        boolean whole = ended.map(Ended::whole).orElse(false);
        int most = ended.isPresent() ? TEXT_MAX_CHARS : UNFINISHED_MAX_CHARS;
        ObjectNode entry =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("kind", whole ? "Thought" : "PartialThought")
                        .put("life", life)
                        .put("number", number)
                        .put("at", at.toString())
                        .put("text", text.substring(0, Math.min(text.length(), most)));
        ended.ifPresent(
                end ->
                        entry.putObject("prompt")
                                .put("text", end.prompt())
                                .put("sha256", end.promptDigest()));
        ObjectNode details = entry.putObject("details");
        known.into(details);
        ended.ifPresent(end -> end.into(details));
        try {
            return ASCII.writeValueAsString(entry);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can be written", e);
        }
    }
}
