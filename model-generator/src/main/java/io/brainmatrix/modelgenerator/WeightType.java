package io.brainmatrix.modelgenerator;

/** Element types that matrices are written in; numbers and layouts as in ggml. */
public enum WeightType {
    F32(0, 0, 1, 4),
    F16(1, 1, 1, 2),
    Q4_0(2, 2, 32, 18),
    Q8_0(8, 7, 32, 34);

    private static final int Q4_MIDDLE = 8;
    private static final int Q4_MAX = 15;
    private static final int Q8_MAX = 127;

    private final int id;
    private final int fileType;
    private final int blockElements;
    private final int blockBytes;

    WeightType(int id, int fileType, int blockElements, int blockBytes) {
        this.id = id;
        this.fileType = fileType;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** The tensor's type in the file. */
    int id() {
        return id;
    }

    /** {@code general.file_type} of a model of mostly this type. */
    int fileType() {
        return fileType;
    }

    /** Bytes of a row of so many elements, a multiple of 32. */
    int rowBytes(int columns) {
        return columns / blockElements * blockBytes;
    }

    /** Writes a row's elements into {@link #rowBytes} bytes. */
    void encode(float[] row, byte[] bytes) {
        switch (this) {
            case F32 -> {
                for (int i = 0; i < row.length; i++) {
                    int bits = Float.floatToIntBits(row[i]);
                    for (int b = 0; b < 4; b++) {
                        bytes[4 * i + b] = (byte) (bits >>> (8 * b));
                    }
                }
            }
            case F16 -> {
                for (int i = 0; i < row.length; i++) {
                    half(row[i], bytes, 2 * i);
                }
            }
            case Q4_0 -> {
                for (int block = 0; block < row.length / blockElements; block++) {
                    q4(row, block * blockElements, bytes, block * blockBytes);
                }
            }
            case Q8_0 -> {
                for (int block = 0; block < row.length / blockElements; block++) {
                    q8(row, block * blockElements, bytes, block * blockBytes);
                }
            }
        }
    }

    /** Per 32 values an f16 scale of max/127 and 32 signed bytes. */
    private static void q8(float[] row, int from, byte[] bytes, int at) {
        float most = 0;
        for (int i = 0; i < 32; i++) {
            most = Math.max(most, Math.abs(row[from + i]));
        }
        float scale = half(most / Q8_MAX, bytes, at);
        for (int i = 0; i < 32; i++) {
            int quantum = scale == 0 ? 0 : Math.round(row[from + i] / scale);
            bytes[at + 2 + i] = (byte) Math.clamp(quantum, -Q8_MAX, Q8_MAX);
        }
    }

    /**
     * Per 32 values an f16 scale of the extreme, with its sign, over −8, and 16 bytes: value i in
     * the low half of byte i, value i + 16 in its high half, both from 0 to 15 around 8.
     */
    private static void q4(float[] row, int from, byte[] bytes, int at) {
        float extreme = 0;
        for (int i = 0; i < 32; i++) {
            extreme = Math.abs(row[from + i]) > Math.abs(extreme) ? row[from + i] : extreme;
        }
        float scale = half(extreme / -Q4_MIDDLE, bytes, at);
        for (int i = 0; i < 16; i++) {
            int low = quantum(row[from + i], scale);
            int high = quantum(row[from + i + 16], scale);
            bytes[at + 2 + i] = (byte) (high << 4 | low);
        }
    }

    private static int quantum(float value, float scale) {
        return scale == 0
                ? Q4_MIDDLE
                : Math.clamp(Math.round(value / scale) + Q4_MIDDLE, 0, Q4_MAX);
    }

    /** Writes an f16 and returns what it stands for. */
    private static float half(float value, byte[] bytes, int at) {
        short half = Float.floatToFloat16(value);
        bytes[at] = (byte) half;
        bytes[at + 1] = (byte) (half >>> 8);
        return Float.float16ToFloat(half);
    }
}
