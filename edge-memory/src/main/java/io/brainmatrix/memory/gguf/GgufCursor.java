package io.brainmatrix.memory.gguf;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads little-endian values from a file, forward only, in bounded memory. */
final class GgufCursor {
    private static final int BUFFER_BYTES = 1 << 16;

    private final FileChannel channel;
    private final long size;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).flip();
    private long bufferEnd;

    GgufCursor(FileChannel channel) throws IOException {
        this.channel = channel;
        this.size = channel.size();
    }

    long position() {
        return bufferEnd - buffer.remaining();
    }

    long remaining() {
        return size - position();
    }

    int u8() throws IOException, GgufException {
        return need(1).get() & 0xff;
    }

    int i32() throws IOException, GgufException {
        return need(4).getInt();
    }

    long u32() throws IOException, GgufException {
        return need(4).getInt() & 0xffff_ffffL;
    }

    long i64() throws IOException, GgufException {
        return need(8).getLong();
    }

    float f32() throws IOException, GgufException {
        return need(4).getFloat();
    }

    double f64() throws IOException, GgufException {
        return need(8).getDouble();
    }

    int i16() throws IOException, GgufException {
        return need(2).getShort();
    }

    String string(String what, long maxBytes) throws IOException, GgufException {
        long length = i64();
        if (length < 0 || length > maxBytes || length > remaining()) {
            throw new GgufException(
                    "%s has a length of %s bytes, at most %d are allowed; the file is damaged"
                            .formatted(what, Long.toUnsignedString(length), maxBytes));
        }
        byte[] bytes = new byte[(int) length];
        int done = 0;
        while (done < bytes.length) {
            int part = Math.min(bytes.length - done, BUFFER_BYTES);
            need(part).get(bytes, done, part);
            done += part;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new GgufException("%s is no UTF-8; the file is damaged".formatted(what));
        }
    }

    private ByteBuffer need(int bytes) throws IOException, GgufException {
        if (buffer.remaining() < bytes) {
            buffer.compact();
            while (buffer.position() < bytes) {
                int read = channel.read(buffer, bufferEnd);
                if (read < 0) {
                    throw new GgufException(
                            "the file ends at byte %d inside its header; truncated download?"
                                    .formatted(size));
                }
                if (read == 0) {
                    throw new EOFException("no progress while reading the header");
                }
                bufferEnd += read;
            }
            buffer.flip();
        }
        return buffer;
    }
}
