package io.brainmatrix.chronicle.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an entry of each kind says beside its text: the table of its fields. */
final class Details {
    private static final long TOKENS_MAX = 1L << 31;
    private static final long MILLIS_MAX = 86_400_000L * 30;
    private static final long COUNT_MAX = 1L << 53;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9]*");
    private static final Pattern ANY = Pattern.compile(".*", Pattern.DOTALL);

    private sealed interface Field {
        String name();

        boolean required();
    }

    private record Text(String name, boolean required, int maxChars, Pattern pattern)
            implements Field {}

    private record Whole(String name, boolean required, long min, long max) implements Field {}

    private static final Map<Kind, List<Field>> FIELDS =
            Map.of(
                    Kind.Thought, thought(true),
                    Kind.PartialThought, thought(false),
                    Kind.Death,
                            List.of(
                                    new Text("class", true, 32, WORD),
                                    new Text("podUid", true, 64, ANY),
                                    new Whole("exitCode", false, 0, 255),
                                    new Text("phase", false, 32, WORD),
                                    new Whole("peakBytes", false, 0, COUNT_MAX),
                                    new Whole("budgetBytes", false, 0, COUNT_MAX),
                                    new Whole("deaths", false, 0, COUNT_MAX)),
                    Kind.Resurrection,
                            List.of(
                                    new Text("podUid", true, 64, ANY),
                                    new Whole("deaths", false, 0, COUNT_MAX),
                                    new Text("model", false, 64, SHA256)),
                    Kind.Suspension,
                            List.of(
                                    new Text("reason", true, 64, WORD),
                                    new Whole("deaths", false, 0, COUNT_MAX)));

    private Details() {}

    private static List<Field> thought(boolean whole) {
        return List.of(
                new Whole("promptTokens", whole, 0, TOKENS_MAX),
                new Whole("completionTokens", whole, 0, TOKENS_MAX),
                new Whole("promptMillis", whole, 0, MILLIS_MAX),
                new Whole("generationMillis", whole, 0, MILLIS_MAX),
                new Text("model", whole, 64, SHA256),
                new Whole("seed", whole, Long.MIN_VALUE, Long.MAX_VALUE),
                new Text("persona", whole, 63, ANY),
                new Text("finishReason", whole, 32, WORD),
                new Whole("feed", false, 0, COUNT_MAX));
    }

    /** The checked fields in the table's order, whatever order they came in. */
    static String read(Kind kind, @Nullable JsonNode given, String path) throws InvalidEntry {
        JsonNode details = given == null ? JsonNodeFactory.instance.objectNode() : given;
        if (!details.isObject()) {
            throw new InvalidEntry(path, "must be an object");
        }
        List<Field> fields = FIELDS.getOrDefault(kind, List.of());
        for (Iterator<String> names = details.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (fields.stream().noneMatch(f -> f.name().equals(name))) {
                throw new InvalidEntry(
                        path + "." + name.substring(0, Math.min(name.length(), 63)),
                        "is no field of a " + kind);
            }
        }
        ObjectNode checked = JsonNodeFactory.instance.objectNode();
        for (Field field : fields) {
            JsonNode value = details.get(field.name());
            String where = path + "." + field.name();
            if (value == null || value.isNull()) {
                if (field.required()) {
                    throw new InvalidEntry(where, "is missing");
                }
                continue;
            }
            switch (field) {
                case Text text -> checked.put(text.name(), text(text, value, where));
                case Whole whole -> checked.put(whole.name(), whole(whole, value, where));
            }
        }
        return checked.toString();
    }

    private static String text(Text field, JsonNode value, String where) throws InvalidEntry {
        if (!value.isTextual()
                || value.textValue().length() > field.maxChars()
                || !field.pattern().matcher(value.textValue()).matches()) {
            throw new InvalidEntry(
                    where,
                    field.pattern() == SHA256
                            ? "must be 64 hexadecimal digits in lower case"
                            : field.pattern() == WORD
                                    ? "must be a word of at most %d letters"
                                            .formatted(field.maxChars())
                                    : "must be a text of at most %d characters"
                                            .formatted(field.maxChars()));
        }
        return value.textValue();
    }

    private static long whole(Whole field, JsonNode value, String where) throws InvalidEntry {
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < field.min()
                || value.longValue() > field.max()) {
            throw new InvalidEntry(
                    where,
                    "must be a whole number from %d to %d".formatted(field.min(), field.max()));
        }
        return value.longValue();
    }
}
