package io.brainmatrix.memory.gguf;

import java.util.List;

/**
 * One tensor of weights.
 *
 * @param dimensions the row's length first
 * @param offset from the start of the data, in bytes
 * @param bytes its size
 */
public record Tensor(String name, List<Long> dimensions, TensorType type, long offset, long bytes) {
    public Tensor {
        dimensions = List.copyOf(dimensions);
    }
}
