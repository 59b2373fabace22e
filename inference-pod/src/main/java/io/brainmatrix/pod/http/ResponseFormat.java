package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** {@code response_format}: what the whole answer has to be. */
final class ResponseFormat {
    private static final String FIELD = "response_format";

    private ResponseFormat() {}

    /** The grammar that the answer must keep to; absent for plain text. */
    static Optional<String> grammar(JsonNode format) throws ApiError {
        if (format.isMissingNode() || format.isNull()) {
            return Optional.empty();
        }
        if (!format.isObject()) {
            throw ApiError.invalid(FIELD, "must be an object");
        }
        return switch (format.path("type").asText("")) {
            case "text" -> Optional.empty();
            case "json_object" -> Optional.of(JsonGrammar.anyObject());
            case "json_schema" ->
                    Optional.of(
                            JsonGrammar.of(
                                    format.path("json_schema").path("schema"),
                                    FIELD + ".json_schema.schema"));
            default ->
                    throw ApiError.invalid(
                            FIELD + ".type", "must be text, json_object or json_schema");
        };
    }
}
