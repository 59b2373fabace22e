package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** Reads a request's fields, each with its bounds; one that is null is as good as left out. */
record Fields(JsonNode body) {
    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    boolean has(String field) {
        return !absent(body.path(field));
    }

    boolean flag(String field) throws ApiError {
        JsonNode value = body.path(field);
        if (!absent(value) && !value.isBoolean()) {
            throw ApiError.invalid(field, "must be true or false");
        }
        return value.asBoolean(false);
    }

    Optional<String> text(String field) throws ApiError {
        JsonNode value = body.path(field);
        if (!absent(value) && !value.isTextual()) {
            throw ApiError.invalid(field, "must be a text");
        }
        return Optional.ofNullable(value.textValue());
    }

    /** NaN and infinities abort the native library: they fail both comparisons. */
    double number(String field, double otherwise, double least, double most) throws ApiError {
        JsonNode value = body.path(field);
        if (absent(value)) {
            return otherwise;
        }
        double number = value.asDouble(Double.NaN);
        if (!value.isNumber() || !(number >= least && number <= most)) {
            throw ApiError.invalid(
                    field, "must be a number from %s to %s".formatted(text(least), text(most)));
        }
        return number;
    }

    long integer(String field, long otherwise, long least, long most) throws ApiError {
        JsonNode value = body.path(field);
        if (absent(value)) {
            return otherwise;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < least
                || value.longValue() > most) {
            throw ApiError.invalid(
                    field, "must be a whole number from %d to %d".formatted(least, most));
        }
        return value.longValue();
    }

    private static String text(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : "" + number;
    }
}
