package io.brainmatrix.memory.gguf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** Four times as many as the largest vocabulary among the known models, Gemma 3's. */
    private static final long TOKENS_MAX = 1 << 20;

    /** Merges are the longest arrays, and about twice as many as tokens. */
    private static final long ELEMENTS_MAX = 1 << 22;

    /** What is kept in the heap, whatever a file claims: some models carry a tokenizer's JSON. */
    private static final long KEPT_MAX_BYTES = 32L << 20;

    private static final int OBJECT_BYTES = 64;
    private static final int U32 = 4;

    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int[] BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

    private final GgufCursor cursor;
    private long keptBytes;

    /** Numbers that native code takes without asking for their type first. */
    private static final Set<String> TAKEN_AS_U32 =
            Set.of("general.alignment", "general.file_type");

    MetadataReader(GgufCursor cursor) {
        this.cursor = cursor;
    }

    /**
     * An array.
     *
     * @param elementType GGUF's number of it
     * @param kept its elements; empty when there are too many to keep, and for strings
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
            int type = cursor.i32();
            if (TAKEN_AS_U32.contains(key) && type != U32) {
                throw new GgufException(
                        "`%s` has the type %d; it must be an unsigned number of 32 bits"
                                .formatted(key, type));
            }
            keep(key.length() + OBJECT_BYTES);
            Object value = value(key, type);
            if (value instanceof String text) {
                keep(text.length());
            }
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

    private void keep(long bytes) throws GgufException {
        keptBytes += bytes;
        if (keptBytes > KEPT_MAX_BYTES) {
            throw new GgufException(
                    "the metadata has more than %d MiB of texts and numbers, more than any known model's"
                            .formatted(KEPT_MAX_BYTES >> 20));
        }
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
        boolean tokens = key.equals("tokenizer.ggml.tokens");
        long most = tokens ? TOKENS_MAX : ELEMENTS_MAX;
        if (length > most) {
            throw new GgufException(
                    "metadata `%s` has %d elements, at most %d are allowed"
                            .formatted(key, length, most));
        }
        return type == STRING ? strings(key, (int) length, tokens) : numbers(key, type, length);
    }

    private Array numbers(String key, int type, long length) throws IOException, GgufException {
        List<Object> kept = new ArrayList<>();
        boolean few = length <= KEPT_MAX_ELEMENTS;
        for (long i = 0; i < length; i++) {
            Object element = value(key, type);
            if (few) {
                keep(OBJECT_BYTES);
                kept.add(element);
            }
        }
        return new Array(type, length, kept);
    }

    /** Texts are checked and counted; of tokens only a hash stays, for a vocabulary is large. */
    private Array strings(String key, int length, boolean distinct)
            throws IOException, GgufException {
        long[] hashes = new long[distinct ? length : 0];
        for (int i = 0; i < length; i++) {
            String text = cursor.string("metadata `%s`[%d]".formatted(key, i), TOKEN_MAX_BYTES);
            if (distinct) {
                hashes[i] = hash(text);
            }
        }
        Arrays.sort(hashes);
        for (int i = 1; i < hashes.length; i++) {
            if (hashes[i] == hashes[i - 1]) {
                throw new GgufException(
                        "`%s` has a token twice (up to its first NUL, as the engine reads it)"
                                .formatted(key));
            }
        }
        return new Array(STRING, length, List.of());
    }

    /**
     * FNV-1a in 64 bits: two of 262,144 tokens share one with a chance of 2 in 10⁹. The engine
     * takes a token for a C string, which ends at its first NUL; what is equal until there is equal
     * to it, and aborts it.
     */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length() && text.charAt(i) != 0; i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
