package io.brainmatrix.pod.http;

import org.jspecify.annotations.Nullable;

/** A request that is answered with an error in OpenAI's shape. */
@SuppressWarnings("serial") // never serialized
final class ApiError extends Exception {
    private final int status;
    private final String type;
    private final @Nullable String param;

    ApiError(int status, String type, @Nullable String param, String message) {
        super(message);
        this.status = status;
        this.type = type;
        this.param = param;
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
}
