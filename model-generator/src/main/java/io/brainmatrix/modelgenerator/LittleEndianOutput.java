package io.brainmatrix.modelgenerator;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes little-endian values and counts the bytes. */
final class LittleEndianOutput {
    private final OutputStream out;
    private final ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    private long position;

    LittleEndianOutput(OutputStream out) {
        this.out = out;
    }

    long position() {
        return position;
    }

    void bytes(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
        position += length;
    }

    void u8(int value) throws IOException {
        out.write(value);
        position++;
    }

    void i32(int value) throws IOException {
        bytes(buffer.putInt(0, value).array(), 4);
    }

    void i64(long value) throws IOException {
        bytes(buffer.putLong(0, value).array(), 8);
    }

    void f32(float value) throws IOException {
        i32(Float.floatToIntBits(value));
    }

    void string(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        i64(bytes.length);
        bytes(bytes, bytes.length);
    }

    void align(int alignment) throws IOException {
        while (position % alignment != 0) {
            u8(0);
        }
    }
}
