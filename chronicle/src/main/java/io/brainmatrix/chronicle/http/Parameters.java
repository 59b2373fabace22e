package io.brainmatrix.chronicle.http;

import io.brainmatrix.chronicle.access.Asked;
import io.brainmatrix.chronicle.entry.Kind;
import io.brainmatrix.chronicle.store.Filter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request's parameters, each known and given once. */
final class Parameters {
    /** Those that say which entries are asked for. */
    static final Set<String> FILTER =
            Set.of("namespace", "matrix", "instance", "kind", "after", "before", "from", "to");

    private static final int TERMS_MAX = 16;
    private static final int VALUE_MAX = 512;

    private final Map<String, String> values;

    private Parameters(Map<String, String> values) {
        this.values = values;
    }

    static Parameters of(@Nullable String rawQuery, Set<String> known) throws ApiError {
        Map<String, String> values = new HashMap<>();
        for (String part : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            String name = decoded(equals < 0 ? part : part.substring(0, equals));
            if (!known.contains(name)) {
                throw ApiError.invalid(
                        name.substring(0, Math.min(name.length(), 63)),
                        "is no parameter of this path");
            }
            String value = decoded(equals < 0 ? "" : part.substring(equals + 1));
            if (value.length() > VALUE_MAX) {
                throw ApiError.invalid(
                        name, "must have at most %d characters".formatted(VALUE_MAX));
            }
            if (values.put(name, value) != null) {
                throw ApiError.invalid(name, "must be given once");
            }
        }
        return new Parameters(values);
    }

    private static String decoded(String part) throws ApiError {
        try {
            return URLDecoder.decode(part, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ApiError(400, "Invalid", null, "the query is not encoded as it must be");
        }
    }

    @Nullable String text(String name) throws ApiError {
        String value = values.get(name);
        if (value != null && value.isBlank()) {
            throw ApiError.invalid(name, "must not be empty");
        }
        return value;
    }

    long number(String name, long otherwise, long min, long max) throws ApiError {
        String value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw ApiError.invalid(name, "must be a whole number from %d to %d".formatted(min, max));
    }

    boolean flag(String name) throws ApiError {
        String value = values.getOrDefault(name, "false");
        if (!value.equals("true") && !value.equals("false")) {
            throw ApiError.invalid(name, "must be true or false");
        }
        return value.equals("true");
    }

    private @Nullable Instant instant(String name) throws ApiError {
        String value = values.get(name);
        try {
            return value == null ? null : Instant.parse(value);
        } catch (DateTimeException e) {
            throw ApiError.invalid(name, "must be a time such as 2026-01-31T12:00:00Z");
        }
    }

    Asked asked() throws ApiError {
        return new Asked(text("namespace"), text("matrix"), text("instance"));
    }

    Filter filter() throws ApiError {
        return new Filter(
                text("namespace"),
                text("matrix"),
                text("instance"),
                kinds(),
                number("after", 0, 0, Long.MAX_VALUE - 1),
                number("before", Long.MAX_VALUE, 0, Long.MAX_VALUE),
                instant("from"),
                instant("to"),
                values.containsKey("q") ? terms(values.getOrDefault("q", "")) : List.of(),
                flag("newest"));
    }

    private Set<Kind> kinds() throws ApiError {
        String value = text("kind");
        if (value == null) {
            return Set.of();
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String name : value.split(",", -1)) {
            kinds.add(
                    Arrays.stream(Kind.values())
                            .filter(k -> k.name().equals(name))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            ApiError.invalid(
                                                    "kind",
                                                    "must be of "
                                                            + Arrays.toString(Kind.values()))));
        }
        return kinds;
    }

    /** Words, and phrases in double quotes. */
    static List<String> terms(String q) throws ApiError {
        List<String> terms = new ArrayList<>();
        String[] parts = q.split("\"", -1);
        for (int i = 0; i < parts.length; i++) {
            boolean phrase = i % 2 == 1;
            for (String term : phrase ? new String[] {parts[i]} : parts[i].split("\\s+", -1)) {
                // What has neither a letter nor a digit is no word for any of the databases.
                if (term.codePoints().anyMatch(Character::isLetterOrDigit)) {
                    terms.add(term.strip());
                }
            }
        }
        if (terms.isEmpty() || terms.size() > TERMS_MAX) {
            throw ApiError.invalid("q", "must have 1 to %d words or phrases".formatted(TERMS_MAX));
        }
        return terms;
    }
}
