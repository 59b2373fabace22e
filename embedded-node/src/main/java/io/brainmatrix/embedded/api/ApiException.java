package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A refusal, as an API server tells it. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String reason;

    private ApiException(int code, String reason, String message) {
        super(message);
        this.code = code;
        this.reason = reason;
    }

    static ApiException badRequest(String message) {
        return new ApiException(400, "BadRequest", message);
    }

    static ApiException forbidden(String message) {
        return new ApiException(403, "Forbidden", message);
    }

    static ApiException notFound(String plural, String name) {
        return new ApiException(404, "NotFound", "%s \"%s\" not found".formatted(plural, name));
    }

    static ApiException noSuchPath(String path) {
        return new ApiException(
                404, "NotFound", "the server could not find the requested resource: " + path);
    }

    static ApiException notAllowed(String method) {
        return new ApiException(405, "MethodNotAllowed", method + " is not supported here");
    }

    static ApiException exists(String plural, String name) {
        return new ApiException(
                409, "AlreadyExists", "%s \"%s\" already exists".formatted(plural, name));
    }

    static ApiException conflict(String plural, String name, String why) {
        return new ApiException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on %s \"%s\": %s".formatted(plural, name, why));
    }

    static ApiException gone(long oldest) {
        return new ApiException(
                410, "Expired", "too old resource version; the oldest is " + oldest);
    }

    static ApiException mediaType(String type) {
        return new ApiException(
                415,
                "UnsupportedMediaType",
                "patch type \"%s\" is not supported by the embedded node; use a merge, JSON or apply patch"
                        .formatted(type));
    }

    static ApiException invalid(String kind, String name, String why) {
        return new ApiException(
                422, "Invalid", "%s \"%s\" is invalid: %s".formatted(kind, name, why));
    }

    /** The HTTP status code. */
    public int code() {
        return code;
    }

    /** The body that goes with it: a {@code Status}. */
    ObjectNode status() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("message", getMessage())
                .put("reason", reason)
                .put("code", code);
    }
}
