package io.brainmatrix.memory.gguf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the metadata of a GGUF file. */
final class MetadataReader {
    private static final int KEY_MAX_BYTES = 65_535;
    private static final long STRING_MAX_BYTES = 16L << 20;
    private static final long TOKEN_MAX_BYTES = 1L << 20;

    /**
     * Arrays longer than this are counted and checked, not kept: only short ones are ever asked
     * for.
     */
    private static final int KEPT_MAX_ELEMENTS = 4096;

    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int[] BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

    private final GgufCursor cursor;

    MetadataReader(GgufCursor cursor) {
        this.cursor = cursor;
    }

    /**
     * An array.
     *
     * @param elementType GGUF's number of it
     * @param kept its elements, empty when there are too many to keep
     */
    record Array(int elementType, long length, List<Object> kept) {}

    Map<String, Object> read(long count) throws IOException, GgufException {
        Map<String, Object> values = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            String key = cursor.string("metadata key " + i, KEY_MAX_BYTES);
            if (key.isEmpty()) {
                throw new GgufException(
                        "metadata key %d is empty; the file is damaged".formatted(i));
            }
            Object value = value(key, cursor.i32());
            if (values.putIfAbsent(key, value) != null) {
                throw new GgufException("metadata `%s` occurs twice".formatted(key));
            }
        }
        return values;
    }

    private Object value(String key, int type) throws IOException, GgufException {
        return switch (type) {
            case 0 -> (long) cursor.u8();
            case 1 -> (long) (byte) cursor.u8();
            case 2 -> cursor.i16() & 0xffffL;
            case 3 -> (long) cursor.i16();
            case 4 -> cursor.u32();
            case 5 -> (long) cursor.i32();
            case 6 -> (double) cursor.f32();
            case 7 -> bool(key);
            case STRING -> cursor.string("metadata `" + key + "`", STRING_MAX_BYTES);
            case ARRAY -> array(key);
            case 10, 11 -> cursor.i64();
            case 12 -> cursor.f64();
            default ->
                    throw new GgufException(
                            "metadata `%s` has the unknown type %d; the file is damaged"
                                    .formatted(key, type));
        };
    }

    private Boolean bool(String key) throws IOException, GgufException {
        int value = cursor.u8();
        if (value > 1) {
            throw new GgufException(
                    "metadata `%s` is a boolean of value %d; the file is damaged"
                            .formatted(key, value));
        }
        return value == 1;
    }

    private Array array(String key) throws IOException, GgufException {
        int type = cursor.i32();
        long length = cursor.i64();
        if (type < 0 || type >= BYTES.length || type == ARRAY) {
            throw new GgufException(
                    "metadata `%s` is an array of type %d, which is not supported"
                            .formatted(key, type));
        }
        int least = type == STRING ? 8 : BYTES[type];
        if (length < 0 || length > cursor.remaining() / least) {
            throw new GgufException(
                    "metadata `%s` claims %s elements, more than the file has room for; truncated download?"
                            .formatted(key, Long.toUnsignedString(length)));
        }
        List<Object> kept = new ArrayList<>();
        boolean tokens = key.equals("tokenizer.ggml.tokens");
        Set<String> seen = new HashSet<>();
        for (long i = 0; i < length; i++) {
            Object element =
                    type == STRING
                            ? cursor.string("metadata `%s`[%d]".formatted(key, i), TOKEN_MAX_BYTES)
                            : value(key, type);
            if (tokens && element instanceof String token && !seen.add(token)) {
                throw new GgufException(
                        "`tokenizer.ggml.tokens` has a token twice, at %d".formatted(i));
            }
            if (kept.size() < KEPT_MAX_ELEMENTS) {
                kept.add(element);
            }
        }
        return new Array(type, length, kept.size() == length ? kept : List.of());
    }
}
