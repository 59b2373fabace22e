package io.brainmatrix.memory.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file to be damaged in one place: starts as a small valid llama model with one block, and
 * writes whatever it is told, right or wrong.
 */
public final class GgufSketch {
    public static final int U32 = 4;
    public static final int I32 = 5;
    static final int F32 = 6;
    static final int BOOL = 7;
    public static final int STRING = 8;
    static final int ARRAY = 9;
    static final int U64 = 10;
    static final int I64 = 11;
    static final int F64 = 12;

    static final int WIDTH = 64;
    static final int VOCABULARY = 8;

    /** A value with GGUF's number of its type; strings, numbers, booleans, arrays. */
    record Value(int type, Object value) {}

    /** An array that may claim another length than it has. */
    record Elements(int type, List<?> elements, @Nullable Long claimed) {}

    /** A tensor; without an offset it lies where it belongs. */
    record Row(String name, List<Long> dimensions, int type, @Nullable Long offset) {}

    int magic = 0x46554747;
    int version = 3;
    @Nullable Long tensorCount;
    @Nullable Long metadataCount;
    long alignment = 32;
    long cutBytes;
    public int sizeMax = 1 << 20;
    final Map<String, Value> metadata = new LinkedHashMap<>();
    final List<Map.Entry<String, Value>> more = new ArrayList<>();
    final List<Row> tensors = new ArrayList<>();

    public static GgufSketch valid() {
        GgufSketch sketch = new GgufSketch();
        sketch.put("general.architecture", STRING, "llama");
        sketch.put("general.alignment", U32, 32);
        sketch.put("llama.context_length", U32, 128);
        sketch.put("llama.embedding_length", U32, WIDTH);
        sketch.put("llama.block_count", U32, 1);
        sketch.put("llama.feed_forward_length", U32, 128);
        sketch.put("llama.attention.head_count", U32, 4);
        sketch.put("llama.attention.head_count_kv", U32, 2);
        sketch.put("llama.attention.layer_norm_rms_epsilon", F32, 1e-5f);
        sketch.put("tokenizer.ggml.model", STRING, "llama");
        sketch.array(
                "tokenizer.ggml.tokens",
                STRING,
                IntStream.range(0, VOCABULARY).mapToObj(i -> "t" + i).toList());
        sketch.array(
                "tokenizer.ggml.scores",
                F32,
                IntStream.range(0, VOCABULARY).mapToObj(i -> (float) -i).toList());
        sketch.array(
                "tokenizer.ggml.token_type",
                I32,
                IntStream.range(0, VOCABULARY).mapToObj(i -> 1).toList());
        sketch.put("tokenizer.ggml.bos_token_id", U32, 1);
        sketch.put("tokenizer.ggml.eos_token_id", U32, 2);
        sketch.tensor("token_embd.weight", 0, WIDTH, VOCABULARY);
        sketch.tensor("blk.0.attn_norm.weight", 0, WIDTH);
        sketch.tensor("blk.0.attn_q.weight", 8, WIDTH, WIDTH);
        sketch.tensor("output_norm.weight", 0, WIDTH);
        sketch.tensor("output.weight", 1, WIDTH, VOCABULARY);
        return sketch;
    }

    public void put(String key, int type, Object value) {
        metadata.put(key, new Value(type, value));
    }

    public void array(String key, int type, List<?> elements) {
        put(key, ARRAY, new Elements(type, elements, null));
    }

    void claim(String key, int type, List<?> elements, long claimed) {
        put(key, ARRAY, new Elements(type, elements, claimed));
    }

    public void remove(String key) {
        metadata.remove(key);
    }

    public void tensor(String name, int type, long... dimensions) {
        tensors.add(
                new Row(name, java.util.Arrays.stream(dimensions).boxed().toList(), type, null));
    }

    public void replaceTensor(int index, String name, int type, long... dimensions) {
        tensors.set(
                index,
                new Row(name, java.util.Arrays.stream(dimensions).boxed().toList(), type, null));
    }

    public void removeTensors() {
        tensors.clear();
    }

    public void write(Path file) throws IOException {
        Files.write(file, bytes());
    }

    /** Writes the header alone into a file as long as a whole one: a hole takes no disk. */
    public void writeHeader(Path file) throws IOException {
        sizeMax = 0;
        byte[] header = bytes();
        long data = tensors.stream().mapToLong(row -> align(bytesOf(row))).sum();
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(header);
            out.setLength(align(header.length) + data);
        }
    }

    byte[] bytes() {
        Out out = new Out();
        out.i32(magic);
        out.i32(version);
        out.i64(tensorCount == null ? tensors.size() : tensorCount);
        out.i64(metadataCount == null ? metadata.size() + more.size() : metadataCount);
        List<Map.Entry<String, Value>> entries = new ArrayList<>(metadata.entrySet());
        entries.addAll(more);
        for (Map.Entry<String, Value> entry : entries) {
            out.string(entry.getKey());
            out.i32(entry.getValue().type());
            out.value(entry.getValue().type(), entry.getValue().value());
        }
        long offset = 0;
        for (Row row : tensors) {
            out.string(row.name());
            out.i32(row.dimensions().size());
            row.dimensions().forEach(out::i64);
            out.i32(row.type());
            out.i64(row.offset() == null ? offset : row.offset());
            offset = align(offset + bytesOf(row));
        }
        byte[] header = out.bytes.toByteArray();
        long size = align(header.length) + offset - cutBytes;
        // Data of impossible tensors is not written: the check must never get there.
        return java.util.Arrays.copyOf(
                header,
                Math.clamp(
                        size, cutBytes > 0 ? 0 : header.length, Math.max(sizeMax, header.length)));
    }

    private long align(long position) {
        return (position + alignment - 1) / alignment * alignment;
    }

    private static long bytesOf(Row row) {
        long elements = row.dimensions().stream().reduce(1L, (a, b) -> a * b);
        return TensorType.of(row.type())
                .map(t -> elements / t.blockElements() * t.blockBytes())
                .orElse(elements * 4);
    }

    private static final class Out {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void i32(int value) {
            bytes.writeBytes(little(4).putInt(value).array());
        }

        void i64(long value) {
            bytes.writeBytes(little(8).putLong(value).array());
        }

        void string(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            i64(utf8.length);
            bytes.writeBytes(utf8);
        }

        void value(int type, Object value) {
            switch (value) {
                case Elements array -> {
                    i32(array.type());
                    i64(array.claimed() == null ? array.elements().size() : array.claimed());
                    array.elements().forEach(e -> value(array.type(), e));
                }
                case String text -> string(text);
                case Boolean flag -> bytes.write(flag ? 1 : 0);
                case Number number when type == F32 ->
                        i32(Float.floatToRawIntBits(number.floatValue()));
                case Number number when type == F64 ->
                        i64(Double.doubleToRawLongBits(number.doubleValue()));
                case Number number when type == U64 || type == I64 -> i64(number.longValue());
                case Number number when type == BOOL || type <= 1 -> bytes.write(number.intValue());
                case Number number when type <= 3 ->
                        bytes.writeBytes(little(2).putShort(number.shortValue()).array());
                case Number number -> i32(number.intValue());
                default -> throw new IllegalStateException("no GGUF type for " + value.getClass());
            }
        }

        private static ByteBuffer little(int size) {
            return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
