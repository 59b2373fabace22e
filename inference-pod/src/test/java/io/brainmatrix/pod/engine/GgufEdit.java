package io.brainmatrix.pod.engine;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file taken apart field by field, to be changed and put together again, right or wrong. It
 * checks nothing, and reads only what the generator writes.
 */
public final class GgufEdit {
    static final int U32 = 4;
    static final int F32 = 6;
    static final int STRING = 8;
    static final int ARRAY = 9;

    private static final int MAGIC = 0x46554747;
    private static final int[] VALUE_BYTES = {1, 1, 2, 2, 4, 4, 4, 1, -1, -1, 8, 8, 8};

    int version;
    long alignment = 32;
    final List<Entry> entries = new ArrayList<>();
    final List<Tensor> tensors = new ArrayList<>();

    /** One value of the metadata, as its bytes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(String key, int type, byte[] value) {}

    /**
     * One tensor with its data.
     *
     * @param offset in place of where its data lie
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Tensor(String name, long[] dimensions, int type, byte[] data, @Nullable Long offset) {}

    private GgufEdit() {}

    /** Takes a valid file apart. */
    static GgufEdit of(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        GgufEdit edit = new GgufEdit();
        in.getInt();
        edit.version = in.getInt();
        long tensors = in.getLong();
        long entries = in.getLong();
        for (long i = 0; i < entries; i++) {
            String key = string(in);
            int type = in.getInt();
            int from = in.position();
            skip(in, type);
            edit.entries.add(new Entry(key, type, Arrays.copyOfRange(file, from, in.position())));
        }
        List<Long> offsets = new ArrayList<>();
        for (long i = 0; i < tensors; i++) {
            String name = string(in);
            long[] dimensions = new long[in.getInt()];
            Arrays.setAll(dimensions, d -> in.getLong());
            int type = in.getInt();
            offsets.add(in.getLong());
            edit.tensors.add(new Tensor(name, dimensions, type, new byte[0], null));
        }
        int data = Math.toIntExact(align(in.position(), edit.alignment));
        List<Long> ends = new ArrayList<>(offsets);
        ends.add((long) file.length - data);
        ends.sort(Comparator.naturalOrder());
        for (int i = 0; i < edit.tensors.size(); i++) {
            long from = offsets.get(i);
            long to = ends.stream().filter(e -> e > from).findFirst().orElseThrow();
            Tensor tensor = edit.tensors.get(i);
            byte[] bytes = Arrays.copyOfRange(file, (int) (data + from), (int) (data + to));
            edit.tensors.set(
                    i, new Tensor(tensor.name(), tensor.dimensions(), tensor.type(), bytes, null));
        }
        return edit;
    }

    private static String string(ByteBuffer in) {
        byte[] bytes = new byte[Math.toIntExact(in.getLong())];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void skip(ByteBuffer in, int type) {
        if (type == STRING) {
            string(in);
        } else if (type == ARRAY) {
            int element = in.getInt();
            long count = in.getLong();
            for (long i = 0; i < count; i++) {
                skip(in, element);
            }
        } else {
            in.position(in.position() + VALUE_BYTES[type]);
        }
    }

    static long align(long position, long alignment) {
        return (position + alignment - 1) / alignment * alignment;
    }

    /** Puts it together. */
    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(
                little(24)
                        .putInt(MAGIC)
                        .putInt(version)
                        .putLong(tensors.size())
                        .putLong(entries.size())
                        .array());
        for (Entry entry : entries) {
            out.writeBytes(string(entry.key()));
            out.writeBytes(little(4).putInt(entry.type()).array());
            out.writeBytes(entry.value());
        }
        long offset = 0;
        for (Tensor tensor : tensors) {
            out.writeBytes(string(tensor.name()));
            out.writeBytes(little(4).putInt(tensor.dimensions().length).array());
            for (long dimension : tensor.dimensions()) {
                out.writeBytes(little(8).putLong(dimension).array());
            }
            long at = tensor.offset() == null ? offset : tensor.offset();
            out.writeBytes(little(12).putInt(tensor.type()).putLong(at).array());
            offset = align(offset + tensor.data().length, alignment);
        }
        pad(out);
        for (Tensor tensor : tensors) {
            out.writeBytes(tensor.data());
            pad(out);
        }
        return out.toByteArray();
    }

    /** The header is padded too, so what is aligned in the file is aligned in its data. */
    private void pad(ByteArrayOutputStream out) {
        out.writeBytes(new byte[(int) (align(out.size(), alignment) - out.size())]);
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A string's bytes, its length first. */
    static byte[] string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return little(8 + utf8.length).putLong(utf8.length).put(utf8).array();
    }

    static byte[] u32(int value) {
        return little(4).putInt(value).array();
    }

    static byte[] u64(long value) {
        return little(8).putLong(value).array();
    }

    static byte[] f32(float value) {
        return little(4).putFloat(value).array();
    }

    /** Puts a value in the place of another of that key, or at the end. */
    void put(String key, int type, byte[] value) {
        Entry entry = new Entry(key, type, value);
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).key().equals(key)) {
                entries.set(i, entry);
                return;
            }
        }
        entries.add(entry);
    }

    void remove(String key) {
        entries.removeIf(e -> e.key().equals(key));
    }
}
