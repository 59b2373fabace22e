package io.brainmatrix.modelgenerator;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;

/** Writes one model: header, tensor table, data, a row at a time. */
public final class ModelFile {
    private static final int ALIGNMENT = 32;

    /**
     * Renders the messages and ends in a line's end, at which a chain model starts. Jinja as
     * llama.cpp's minja takes it.
     */
    private static final String CHAT_TEMPLATE =
            "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\\n' }}{% endfor %}";

    private ModelFile() {}

    /** A tensor; norms have one row. */
    private record Shape(String name, int columns, int rows, WeightType type) {
        long bytes() {
            return (long) rows * type.rowBytes(columns);
        }
    }

    /**
     * Writes to a temporary name beside the target and renames: nobody ever sees half a model.
     *
     * @param progress gets values from 0 to 1
     * @throws IOException when it cannot be written; nothing is left behind then
     */
    public static void write(Path target, ModelSpec spec, DoubleConsumer progress)
            throws IOException {
        Path absolute = target.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Path temporary = absolute.resolveSibling("." + absolute.getFileName() + ".part");
        try {
            try (var out = new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 18)) {
                write(new LittleEndianOutput(out), spec, progress);
            }
            Files.move(
                    temporary,
                    absolute,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** The vocabulary as it stands in a model's file, by token id; U+2581 is a space. */
    public static List<String> tokens(ModelSpec spec) {
        return new Vocabulary(spec.vocabulary()).tokens();
    }

    /** Bytes of a model's data, its header left out. */
    public static long weightBytes(ModelSpec spec) {
        return shapes(spec).stream().mapToLong(s -> align(s.bytes())).sum();
    }

    private static void write(LittleEndianOutput out, ModelSpec spec, DoubleConsumer progress)
            throws IOException {
        Vocabulary vocabulary = new Vocabulary(spec.vocabulary());
        List<Shape> shapes = shapes(spec);
        out.i32(0x46554747);
        out.i32(3);
        out.i64(shapes.size());
        Metadata.write(out, spec, vocabulary, CHAT_TEMPLATE);
        long offset = 0;
        for (Shape shape : shapes) {
            out.string(shape.name());
            out.i32(shape.rows() == 1 ? 1 : 2);
            out.i64(shape.columns());
            if (shape.rows() > 1) {
                out.i64(shape.rows());
            }
            out.i32(shape.type().id());
            out.i64(offset);
            offset += align(shape.bytes());
        }
        out.align(ALIGNMENT);
        long total = offset;
        long done = 0;
        Weights weights = new Weights(spec, vocabulary);
        for (Shape shape : shapes) {
            data(out, shape, weights);
            out.align(ALIGNMENT);
            done += align(shape.bytes());
            progress.accept((double) done / total);
        }
    }

    private static void data(LittleEndianOutput out, Shape shape, Weights weights)
            throws IOException {
        float[] row = new float[shape.columns()];
        byte[] bytes = new byte[shape.type().rowBytes(shape.columns())];
        for (int r = 0; r < shape.rows(); r++) {
            weights.row(shape.name(), r, row);
            shape.type().encode(row, bytes);
            out.bytes(bytes, bytes.length);
        }
    }

    private static List<Shape> shapes(ModelSpec spec) {
        WeightType q = spec.weights();
        int width = spec.width();
        int kv = spec.kvHeads() * spec.headLength();
        List<Shape> shapes = new ArrayList<>();
        shapes.add(new Shape("token_embd.weight", width, spec.vocabulary(), q));
        for (int layer = 0; layer < spec.layers(); layer++) {
            String block = "blk." + layer + ".";
            shapes.add(new Shape(block + "attn_norm.weight", width, 1, WeightType.F32));
            shapes.add(new Shape(block + "attn_q.weight", width, width, q));
            shapes.add(new Shape(block + "attn_k.weight", width, kv, q));
            shapes.add(new Shape(block + "attn_v.weight", width, kv, q));
            shapes.add(new Shape(block + "attn_output.weight", width, width, q));
            shapes.add(new Shape(block + "ffn_norm.weight", width, 1, WeightType.F32));
            shapes.add(new Shape(block + "ffn_gate.weight", width, spec.feedForward(), q));
            shapes.add(new Shape(block + "ffn_up.weight", width, spec.feedForward(), q));
            shapes.add(new Shape(block + "ffn_down.weight", spec.feedForward(), width, q));
        }
        shapes.add(new Shape("output_norm.weight", width, 1, WeightType.F32));
        shapes.add(new Shape("output.weight", width, spec.vocabulary(), q));
        return shapes;
    }

    private static long align(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
