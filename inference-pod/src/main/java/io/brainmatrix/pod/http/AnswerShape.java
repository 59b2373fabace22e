package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.brainmatrix.pod.engine.Engine;

/**
 * How one answer looks in either API, whole and in chunks.
 *
 * @param created seconds since 1970
 * @param streamUsage whether a stream ends with a chunk of the usage; all others have a null there
 */
record AnswerShape(boolean chat, String id, long created, String model, boolean streamUsage) {
    /** What a client is told that the answer cost. */
    record Usage(int promptTokens, int completionTokens) {}

    static String finish(Engine.Ending ending) {
        return ending == Engine.Ending.Stop ? "stop" : "length";
    }

    ObjectNode whole(String text, Engine.Ending ending, Usage usage) {
        ObjectNode json = head(chat ? "chat.completion" : "text_completion");
        ObjectNode choice = json.putArray("choices").addObject().put("index", 0);
        if (chat) {
            choice.putObject("message")
                    .put("role", "assistant")
                    .put("content", text)
                    .putNull("refusal");
        } else {
            choice.put("text", text);
        }
        choice.putNull("logprobs").put("finish_reason", finish(ending));
        usage(json, usage);
        return json;
    }

    /** The first chunk of a chat tells who speaks. */
    ObjectNode opening() {
        ObjectNode json = chunk();
        ObjectNode choice = choice(json);
        choice.putObject("delta").put("role", "assistant").put("content", "");
        choice.putNull("logprobs").putNull("finish_reason");
        return json;
    }

    ObjectNode piece(String text) {
        ObjectNode json = chunk();
        ObjectNode choice = choice(json);
        if (chat) {
            choice.putObject("delta").put("content", text);
        } else {
            choice.put("text", text);
        }
        choice.putNull("logprobs").putNull("finish_reason");
        return json;
    }

    ObjectNode closing(Engine.Ending ending) {
        ObjectNode json = chunk();
        ObjectNode choice = choice(json);
        if (chat) {
            choice.putObject("delta");
        } else {
            choice.put("text", "");
        }
        choice.putNull("logprobs").put("finish_reason", finish(ending));
        return json;
    }

    /** The chunk behind the last, without a choice. */
    ObjectNode usage(Usage usage) {
        ObjectNode json = head(chat ? "chat.completion.chunk" : "text_completion");
        json.putArray("choices");
        usage(json, usage);
        return json;
    }

    private ObjectNode chunk() {
        ObjectNode json = head(chat ? "chat.completion.chunk" : "text_completion");
        if (streamUsage) {
            json.putNull("usage");
        }
        return json;
    }

    private static ObjectNode choice(ObjectNode json) {
        return json.putArray("choices").addObject().put("index", 0);
    }

    private ObjectNode head(String object) {
        return Exchange.JSON
                .createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", model);
    }

    private static void usage(ObjectNode json, Usage usage) {
        json.putObject("usage")
                .put("prompt_tokens", usage.promptTokens())
                .put("completion_tokens", usage.completionTokens())
                .put("total_tokens", usage.promptTokens() + usage.completionTokens());
    }
}
