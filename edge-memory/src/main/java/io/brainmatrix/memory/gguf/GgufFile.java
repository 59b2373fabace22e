package io.brainmatrix.memory.gguf;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The header of a GGUF file that passed the check: what the engine would abort on is refused here,
 * in Java (R11).
 *
 * @param version 2 or 3
 * @param fileSize bytes
 * @param tensors all tensors, in the file's order
 */
public record GgufFile(
        int version, long fileSize, Map<String, Object> metadata, List<Tensor> tensors) {
    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final long COUNT_MAX = 65_536;
    private static final int NAME_MAX_BYTES = 63;
    private static final int DEFAULT_ALIGNMENT = 32;

    public GgufFile {
        metadata = Map.copyOf(metadata);
        tensors = List.copyOf(tensors);
    }

    /**
     * Reads and checks a file's header; milliseconds, whatever the file's size.
     *
     * @throws GgufException when the engine must not load it
     * @throws IOException when it cannot be read
     */
    public static GgufFile read(Path file) throws GgufException, IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            GgufCursor cursor = new GgufCursor(channel);
            if (size < 24) {
                throw new GgufException(
                        "the file has only %d bytes; truncated download?".formatted(size));
            }
            int magic = cursor.i32();
            if (magic != MAGIC) {
                throw new GgufException(notGguf(magic));
            }
            int version = cursor.i32();
            if (Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3) {
                throw new GgufException(
                        "a big-endian GGUF file, which this engine cannot load; convert it for little-endian");
            }
            if (version != 2 && version != 3) {
                throw new GgufException(
                        "GGUF version %d is not supported (2 and 3 are); convert the model anew"
                                .formatted(version));
            }
            long tensorCount = count("tensors", cursor.i64());
            long metadataCount = count("metadata entries", cursor.i64());
            Map<String, Object> metadata = new MetadataReader(cursor).read(metadataCount);
            int alignment = alignment(metadata);
            List<Tensor> tensors = tensors(cursor, tensorCount, alignment, size);
            long dataStart = align(cursor.position(), alignment);
            checkEnd(tensors, dataStart, size);
            GgufFile header = new GgufFile(version, size, metadata, tensors);
            GgufCheck.check(header);
            return header;
        }
    }

    private static String notGguf(int magic) {
        return switch (magic) {
            case 0x73726576 ->
                    "no GGUF file but a git-lfs pointer; fetch the file itself with `git lfs pull`";
            case 0x4f44213c, 0x6f64213c, 0x6d74683c, 0x4d54483c ->
                    "no GGUF file but an HTML page; the download led to a web page";
            default -> "no GGUF file: it does not begin with `GGUF`";
        };
    }

    private static long count(String what, long count) throws GgufException {
        if (count < 1 || count > COUNT_MAX) {
            throw new GgufException(
                    "the header claims %s %s (1 to %d are plausible); the file is damaged"
                            .formatted(Long.toUnsignedString(count), what, COUNT_MAX));
        }
        return count;
    }

    private static int alignment(Map<String, Object> metadata) throws GgufException {
        Object value = metadata.getOrDefault("general.alignment", (long) DEFAULT_ALIGNMENT);
        if (!(value instanceof Long alignment)
                || alignment < DEFAULT_ALIGNMENT
                || alignment > 65_536
                || Long.bitCount(alignment) != 1) {
            throw new GgufException(
                    "`general.alignment` is %s; it must be a power of two, at least 32"
                            .formatted(value));
        }
        return alignment.intValue();
    }

    private static List<Tensor> tensors(GgufCursor cursor, long count, int alignment, long size)
            throws IOException, GgufException {
        List<Tensor> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long expected = 0;
        for (long i = 0; i < count; i++) {
            String name = cursor.string("the name of tensor " + i, NAME_MAX_BYTES);
            if (name.isEmpty() || !names.add(name)) {
                throw new GgufException(
                        "tensor %d has %s name; the file is damaged"
                                .formatted(i, name.isEmpty() ? "an empty" : "another's"));
            }
            Tensor tensor = tensor(cursor, name);
            if (tensor.offset() != expected) {
                throw new GgufException(
                        "tensor `%s` begins at %d instead of %d; the file is damaged"
                                .formatted(name, tensor.offset(), expected));
            }
            if (tensor.bytes() > size - expected) {
                throw new GgufException(
                        "tensor `%s` needs %d bytes at %d of a file of %d; truncated download?"
                                .formatted(name, tensor.bytes(), expected, size));
            }
            expected = align(expected + tensor.bytes(), alignment);
            tensors.add(tensor);
        }
        return tensors;
    }

    private static Tensor tensor(GgufCursor cursor, String name) throws IOException, GgufException {
        long dimensionCount = cursor.u32();
        if (dimensionCount < 1 || dimensionCount > 4) {
            throw new GgufException(
                    "tensor `%s` has %d dimensions; 1 to 4 are possible"
                            .formatted(name, dimensionCount));
        }
        List<Long> dimensions = new ArrayList<>();
        long elements = 1;
        for (int d = 0; d < dimensionCount; d++) {
            long length = cursor.i64();
            try {
                elements = Math.multiplyExact(elements, length);
            } catch (ArithmeticException e) {
                elements = -1;
            }
            if (length < 1 || elements < 1 || elements > Long.MAX_VALUE / 8) {
                throw new GgufException(
                        "tensor `%s` has an impossible size; the file is damaged".formatted(name));
            }
            dimensions.add(length);
        }
        int typeId = cursor.i32();
        TensorType type =
                TensorType.of(typeId)
                        .orElseThrow(
                                () ->
                                        new GgufException(
                                                "tensor `%s` has the type %d, which is no type of weights that this engine knows"
                                                        .formatted(name, typeId)));
        if (dimensions.getFirst() % type.blockElements() != 0) {
            throw new GgufException(
                    "tensor `%s` has rows of %d elements, no multiple of %s's block of %d"
                            .formatted(name, dimensions.getFirst(), type, type.blockElements()));
        }
        long bytes = elements / type.blockElements() * type.blockBytes();
        return new Tensor(name, dimensions, type, cursor.i64(), bytes);
    }

    private static void checkEnd(List<Tensor> tensors, long dataStart, long size)
            throws GgufException {
        Tensor last = tensors.getLast();
        long end = Math.addExact(dataStart, Math.addExact(last.offset(), last.bytes()));
        if (end > size) {
            throw new GgufException(
                    "the file has %d bytes, its tensors need %d; truncated download?"
                            .formatted(size, end));
        }
    }

    private static long align(long position, int alignment) {
        return Math.addExact(position, alignment - 1) / alignment * alignment;
    }

    /** {@code general.architecture}. */
    public String architecture() {
        return text("general.architecture").orElse("");
    }

    /** A string of the metadata. */
    public Optional<String> text(String key) {
        return metadata.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** A whole number of the metadata. */
    public OptionalLong number(String key) {
        return metadata.get(key) instanceof Long number
                ? OptionalLong.of(number)
                : OptionalLong.empty();
    }

    /** A whole number below the architecture's own prefix, such as {@code block_count}. */
    public OptionalLong ofArchitecture(String key) {
        return number(architecture() + "." + key);
    }

    /** A value per layer: one for all, or an array with one for each. */
    public long perLayer(String key, int layer, long otherwise) {
        Object value = metadata.get(architecture() + "." + key);
        if (value instanceof MetadataReader.Array array
                && layer < array.kept().size()
                && array.kept().get(layer) instanceof Long number) {
            return number;
        }
        return value instanceof Long number ? number : otherwise;
    }

    /** Tokens of the vocabulary. */
    public long vocabulary() {
        return length("tokenizer.ggml.tokens");
    }

    /** Merges of a byte-pair vocabulary; 0 for other kinds. */
    public long merges() {
        return length("tokenizer.ggml.merges");
    }

    private long length(String key) {
        return metadata.get(key) instanceof MetadataReader.Array array ? array.length() : 0;
    }

    /** Bytes of all tensors together. */
    public long weights() {
        return tensors.stream().mapToLong(Tensor::bytes).sum();
    }
}
