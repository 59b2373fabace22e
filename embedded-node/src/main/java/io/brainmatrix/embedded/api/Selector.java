package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Label and field selectors, as list and watch take them: pure. */
final class Selector {
    private static final Pattern SET =
            Pattern.compile("(?<key>\\S+)\\s+(?<op>in|notin)\\s+\\((?<values>[^)]*)\\)");
    private static final Pattern EQUALITY =
            Pattern.compile("(?<key>[^!=\\s]+)\\s*(?<op>==|!=|=)\\s*(?<value>\\S*)");
    private static final Pattern COMMA_OUTSIDE = Pattern.compile(",(?![^(]*\\))");

    private Selector() {}

    /**
     * Objects that both select; an absent or empty selector selects all.
     *
     * @throws ApiException when one cannot be read
     */
    static Predicate<JsonNode> of(@Nullable String labels, @Nullable String fields) {
        List<Predicate<JsonNode>> all = new ArrayList<>();
        for (String term : terms(labels)) {
            all.add(label(term));
        }
        for (String term : terms(fields)) {
            all.add(field(term));
        }
        return object -> all.stream().allMatch(p -> p.test(object));
    }

    private static List<String> terms(@Nullable String selector) {
        return selector == null || selector.isBlank()
                ? List.of()
                : COMMA_OUTSIDE.splitAsStream(selector).map(String::strip).toList();
    }

    private static Predicate<JsonNode> label(String term) {
        Matcher set = SET.matcher(term);
        if (set.matches()) {
            String key = set.group("key");
            Set<String> values =
                    Set.copyOf(
                            Pattern.compile(",")
                                    .splitAsStream(set.group("values"))
                                    .map(String::strip)
                                    .toList());
            return set.group("op").equals("in")
                    ? o -> labelOf(o, key).isTextual() && values.contains(labelOf(o, key).asText())
                    : o ->
                            !labelOf(o, key).isTextual()
                                    || !values.contains(labelOf(o, key).asText());
        }
        Matcher equality = EQUALITY.matcher(term);
        if (equality.matches()) {
            String key = equality.group("key");
            String value = equality.group("value");
            Predicate<JsonNode> equal =
                    o -> labelOf(o, key).isTextual() && labelOf(o, key).asText().equals(value);
            return equality.group("op").equals("!=") ? equal.negate() : equal;
        }
        if (term.startsWith("!")) {
            return o -> labelOf(o, term.substring(1).strip()).isMissingNode();
        }
        if (term.matches("[\\w./-]+")) {
            return o -> !labelOf(o, term).isMissingNode();
        }
        throw ApiException.badRequest("unable to parse requirement: " + term);
    }

    private static JsonNode labelOf(JsonNode object, String key) {
        return object.path("metadata").path("labels").path(key);
    }

    private static Predicate<JsonNode> field(String term) {
        Matcher equality = EQUALITY.matcher(term);
        if (!equality.matches()) {
            throw ApiException.badRequest("unable to parse field selector: " + term);
        }
        String path = "/" + equality.group("key").replace('.', '/');
        String value = equality.group("value");
        Predicate<JsonNode> equal = o -> o.at(path).asText("").equals(value);
        return equality.group("op").equals("!=") ? equal.negate() : equal;
    }
}
