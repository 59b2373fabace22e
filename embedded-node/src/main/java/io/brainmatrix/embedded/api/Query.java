package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** The parameters of a request. */
record Query(Map<String, String> parameters) {
    Query {
        parameters = Map.copyOf(parameters);
    }

    static Query of(URI uri) {
        Map<String, String> parameters = new HashMap<>();
        String raw = Objects.requireNonNullElse(uri.getRawQuery(), "");
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return new Query(parameters);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    String text(String name, String otherwise) {
        return parameters.getOrDefault(name, otherwise);
    }

    boolean flag(String name) {
        String value = text(name, "");
        return value.equals("true") || value.equals("1");
    }

    long number(String name, long otherwise) {
        String value = text(name, "");
        try {
            return value.isEmpty() ? otherwise : Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw ApiException.badRequest("%s=%s is no number".formatted(name, value));
        }
    }

    Predicate<JsonNode> selector() {
        return Selector.of(parameters.get("labelSelector"), parameters.get("fieldSelector"));
    }
}
