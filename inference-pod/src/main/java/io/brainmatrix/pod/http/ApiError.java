package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A request that is answered with an error in OpenAI's shape. */
@SuppressWarnings("serial") // never serialized
final class ApiError extends Exception {
    private final int status;
    private final String type;
    private final @Nullable String param;
    private final @Nullable String code;

    ApiError(int status, String type, @Nullable String param, String message) {
        this(status, type, param, null, message);
    }

    /**
     * An error.
     *
     * @param param the field at fault, where there is one
     * @param code OpenAI's own name of the error, for those that clients tell apart
     */
    ApiError(
            int status,
            String type,
            @Nullable String param,
            @Nullable String code,
            String message) {
        super(message);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
    }

    static ApiError invalid(String param, String message) {
        return new ApiError(
                400, "invalid_request_error", param, "`%s` %s".formatted(param, message));
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    @Nullable String param() {
        return param;
    }

    @Nullable String code() {
        return code;
    }

    /** In OpenAI's shape. */
    ObjectNode json() {
        ObjectNode json = Exchange.JSON.createObjectNode();
        json.putObject("error")
                .put("message", getMessage())
                .put("type", type)
                .put("param", param)
                .put("code", code);
        return json;
    }
}
