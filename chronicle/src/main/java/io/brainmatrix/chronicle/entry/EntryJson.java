package io.brainmatrix.chronicle.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Entries as JSON. */
public final class EntryJson {
    /** Characters of an entry's text. */
    public static final int TEXT_MAX = 256 << 10;

    /** Characters of a prompt. */
    public static final int PROMPT_MAX = 1 << 20;

    /** Characters of a thought under way. */
    public static final int UNFINISHED_MAX = 64 << 10;

    /** Why a thought ended of whose end nobody told. */
    public static final String KILLED = "killed";

    private static final int NAME_MAX = 63;
    private static final int LIFE_MAX = 1 << 30;
    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Set<String> FIELDS =
            Set.of(
                    "namespace",
                    "matrix",
                    "matrixUid",
                    "instance",
                    "life",
                    "kind",
                    "number",
                    "at",
                    "text",
                    "prompt",
                    "details");

    /** Those of a stored entry besides, which an import brings along. */
    private static final Set<String> STORED_FIELDS = Set.of("sequence", "storedAt");

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Half a surrogate pair has no UTF-8: only its escape can carry it. */
    private static final ObjectWriter ESCAPING =
            JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private EntryJson() {}

    /**
     * An entry.
     *
     * @param own the instance that tells of itself and need not say so; null where the entry must
     *     name its instance
     * @throws InvalidEntry with the field at fault
     */
    public static Entry read(JsonNode json, String path, @Nullable Origin own) throws InvalidEntry {
        return read(json, path, own, false);
    }

    /** An entry that was exported, with its sequence and time. */
    public static Stored readStored(JsonNode json, String path) throws InvalidEntry {
        Entry entry = read(json, path, null, true);
        return new Stored(
                whole(json, "sequence", path, 0, Long.MAX_VALUE >> 1),
                instant(json, "storedAt", path),
                entry);
    }

    /**
     * What an instance thinks just now, as the partial thought that it will have been if nothing
     * more is heard of it: marked by its {@code finishReason}, {@link #KILLED}.
     *
     * @throws InvalidEntry with the field at fault
     */
    public static Entry readUnfinished(JsonNode json, Origin own) throws InvalidEntry {
        JsonNode marked = json.deepCopy();
        if (marked.get("details") instanceof ObjectNode details) {
            details.put("finishReason", KILLED);
        }
        Entry entry = read(marked, "thought", own);
        if (entry.kind() != Kind.PartialThought || entry.number() < 1) {
            throw new InvalidEntry("thought.kind", "must be PartialThought, its `number` from 1");
        }
        if (entry.prompt() != null) {
            throw new InvalidEntry("thought.prompt", "must be left out");
        }
        if (entry.text().length() > UNFINISHED_MAX) {
            throw new InvalidEntry(
                    "thought.text", "must have at most %d characters".formatted(UNFINISHED_MAX));
        }
        return entry;
    }

    private static Entry read(JsonNode json, String path, @Nullable Origin own, boolean stored)
            throws InvalidEntry {
        if (!json.isObject()) {
            throw new InvalidEntry(path, "must be an object");
        }
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name) && !(stored && STORED_FIELDS.contains(name))) {
                throw new InvalidEntry(
                        path + "." + name.substring(0, Math.min(name.length(), NAME_MAX)),
                        "is no field of an entry");
            }
        }
        Kind kind = kind(json, path);
        boolean thought = kind == Kind.Thought;
        Entry entry =
                new Entry(
                        origin(json, path, own),
                        whole(json, "life", path, 1, LIFE_MAX),
                        kind,
                        thought || json.has("number")
                                ? whole(json, "number", path, thought ? 1 : 0, Long.MAX_VALUE >> 1)
                                : 0,
                        instant(json, "at", path),
                        text(json, "text", path, TEXT_MAX),
                        prompt(json.get("prompt"), path + ".prompt"),
                        Details.read(kind, json.get("details"), path + ".details"));
        if (thought && entry.prompt() == null) {
            throw new InvalidEntry(path + ".prompt", "is missing");
        }
        return entry;
    }

    /** All of it, or without its prompt's text. */
    public static ObjectNode write(Stored stored, boolean withPrompt) {
        ObjectNode json = JSON.createObjectNode().put("sequence", stored.sequence());
        json.put("storedAt", stored.storedAt().toString());
        return write(json, stored.entry(), withPrompt);
    }

    /** What an instance is told of itself: no place among the others, no time of storing. */
    public static ObjectNode writeOwn(Entry entry) {
        return write(JSON.createObjectNode(), entry, true);
    }

    private static ObjectNode write(ObjectNode json, Entry entry, boolean withPrompt) {
        json.put("namespace", entry.of().namespace())
                .put("matrix", entry.of().matrix())
                .put("matrixUid", entry.of().matrixUid())
                .put("instance", entry.of().instance())
                .put("life", entry.life())
                .put("kind", entry.kind().name())
                .put("number", entry.number())
                .put("at", entry.at().toString())
                .put("text", entry.text());
        Prompt prompt = entry.prompt();
        if (prompt != null) {
            ObjectNode inner = json.putObject("prompt");
            if (withPrompt) {
                inner.put("text", prompt.text());
            }
            inner.put("sha256", prompt.sha256());
        }
        try {
            json.set("details", JSON.readTree(entry.details()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("details are checked before they are stored", e);
        }
        return json;
    }

    /** JSON's bytes, whatever its texts are. */
    public static byte[] bytes(JsonNode json) {
        String plain = json.toString();
        try {
            return Spelling.halved(plain)
                    ? ESCAPING.writeValueAsBytes(json)
                    : plain.getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can be written", e);
        }
    }

    private static Origin origin(JsonNode json, String path, @Nullable Origin own)
            throws InvalidEntry {
        if (own == null) {
            return new Origin(
                    name(json, "namespace", path),
                    name(json, "matrix", path),
                    name(json, "matrixUid", path),
                    name(json, "instance", path));
        }
        return new Origin(
                json.has("namespace") ? name(json, "namespace", path) : own.namespace(),
                json.has("matrix") ? name(json, "matrix", path) : own.matrix(),
                json.has("matrixUid") ? name(json, "matrixUid", path) : own.matrixUid(),
                json.has("instance") ? name(json, "instance", path) : own.instance());
    }

    private static Kind kind(JsonNode json, String path) throws InvalidEntry {
        String kind = json.path("kind").asText("");
        return Arrays.stream(Kind.values())
                .filter(k -> k.name().equals(kind))
                .findFirst()
                .orElseThrow(
                        () ->
                                new InvalidEntry(
                                        path + ".kind",
                                        "must be one of " + Arrays.toString(Kind.values())));
    }

    private static @Nullable Prompt prompt(@Nullable JsonNode json, String path)
            throws InvalidEntry {
        if (json == null || json.isNull()) {
            return null;
        }
        String sha256 = text(json, "sha256", path, 64);
        if (!SHA256.matcher(sha256).matches()) {
            throw new InvalidEntry(path + ".sha256", "must be 64 hexadecimal digits in lower case");
        }
        return new Prompt(text(json, "text", path, PROMPT_MAX), sha256);
    }

    private static String name(JsonNode json, String field, String path) throws InvalidEntry {
        String name = text(json, field, path, NAME_MAX);
        if (name.isBlank()) {
            throw new InvalidEntry(path + "." + field, "must not be empty");
        }
        return name;
    }

    private static String text(JsonNode json, String field, String path, int maxChars)
            throws InvalidEntry {
        JsonNode value = json.path(field);
        if (!value.isTextual()) {
            throw new InvalidEntry(
                    path + "." + field, value.isMissingNode() ? "is missing" : "must be a text");
        }
        if (value.textValue().length() > maxChars) {
            throw new InvalidEntry(
                    path + "." + field, "must have at most %d characters".formatted(maxChars));
        }
        return value.textValue();
    }

    private static long whole(JsonNode json, String field, String path, long min, long max)
            throws InvalidEntry {
        JsonNode value = json.path(field);
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < min
                || value.longValue() > max) {
            throw new InvalidEntry(
                    path + "." + field, "must be a whole number from %d to %d".formatted(min, max));
        }
        return value.longValue();
    }

    private static Instant instant(JsonNode json, String field, String path) throws InvalidEntry {
        try {
            Instant at = Instant.parse(json.path(field).asText(""));
            if (!at.isBefore(EARLIEST) && !at.isAfter(LATEST)) {
                return at;
            }
        } catch (DateTimeException e) {
            // told below, as one that is out of range
        }
        throw new InvalidEntry(path + "." + field, "must be a time such as 2026-01-31T12:00:00.5Z");
    }
}
