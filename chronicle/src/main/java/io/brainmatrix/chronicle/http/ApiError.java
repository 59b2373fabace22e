package io.brainmatrix.chronicle.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.brainmatrix.chronicle.entry.InvalidEntry;
import org.jspecify.annotations.Nullable;

/** A request that is answered with an error. */
@SuppressWarnings("serial") // never serialized
final class ApiError extends Exception {
    private final int status;
    private final String code;
    private final @Nullable String field;

    /**
     * An error.
     *
     * @param code a word for programs
     * @param field the one at fault, where there is one
     */
    ApiError(int status, String code, @Nullable String field, String message) {
        super(message);
        this.status = status;
        this.code = code;
        this.field = field;
    }

    static ApiError invalid(String field, String message) {
        return new ApiError(400, "Invalid", field, "`%s` %s".formatted(field, message));
    }

    static ApiError of(InvalidEntry e) {
        return new ApiError(400, "Invalid", e.field(), String.valueOf(e.getMessage()));
    }

    static ApiError forbidden(String why) {
        return new ApiError(403, "Forbidden", null, why);
    }

    int status() {
        return status;
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putObject("error").put("code", code).put("field", field).put("message", getMessage());
        return json;
    }
}
