package io.brainmatrix.memory.footprint;

import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.memory.gguf.Tensor;

/**
 * What lies where when some of a model's layers are on the GPU, in bytes. As llama.cpp does it: the
 * last layers go first, each with its part of the cache; the output layer goes last of all; both
 * sides have a compute buffer. Arithmetic alone: no GPU has been measured.
 *
 * @param layers on the GPU; {@code all} includes the output layer, which counts as one
 * @param all layers that could be there
 * @param ram weights, cache and compute buffer that stay, and the runtime
 * @param gpu weights, cache and compute buffer on the GPU, and its context; 0 without any layer
 */
public record GpuSplit(int layers, int all, long ram, long gpu) {
    /**
     * Driver context and kernels: 0.3 to 0.6 GB are reported for CUDA on Orin; the upper end, not
     * measured.
     */
    static final long CONTEXT = 600L << 20;

    /** So many layers on the GPU. */
    public static GpuSplit of(GgufFile file, EngineSettings settings, int layers) {
        Footprint whole = Footprint.predict(file, settings);
        int blocks = Math.toIntExact(file.ofArchitecture("block_count").orElse(0));
        int all = blocks + 1;
        if (layers < 0 || layers > all) {
            throw new IllegalArgumentException("%d layers of %d".formatted(layers, all));
        }
        if (layers == 0) {
            return new GpuSplit(0, all, whole.predicted(), 0);
        }
        int first = Math.max(blocks - layers, 0);
        long weights = 0;
        for (Tensor tensor : file.tensors()) {
            int block = block(tensor.name());
            boolean there =
                    block >= 0
                            ? block >= first
                            : layers == all && tensor.name().startsWith("output");
            weights += there ? tensor.bytes() : 0;
        }
        long cache = 0;
        for (int block = first; block < blocks; block++) {
            cache += Footprint.cacheOf(file, settings, block);
        }
        return new GpuSplit(
                layers,
                all,
                whole.without(weights, cache).predicted(),
                weights + cache + whole.compute() + CONTEXT);
    }

    /** The most layers whose part, with its margin, is within a budget. */
    public static GpuSplit most(GgufFile file, EngineSettings settings, long budget) {
        int all = Math.toIntExact(file.ofArchitecture("block_count").orElse(0)) + 1;
        GpuSplit best = of(file, settings, 0);
        for (int layers = 1; layers <= all; layers++) {
            GpuSplit next = of(file, settings, layers);
            if (next.requiredGpu() > budget) {
                return best;
            }
            best = next;
        }
        return best;
    }

    /** What a RAM budget must hold. */
    public long requiredRam() {
        return ram + Footprint.margin(ram);
    }

    /** What a GPU budget must hold. */
    public long requiredGpu() {
        return gpu == 0 ? 0 : gpu + Footprint.margin(gpu);
    }

    /** The number in {@code blk.N.…}; -1 for a tensor that belongs to no block. */
    private static int block(String tensor) {
        if (!tensor.startsWith("blk.")) {
            return -1;
        }
        String rest = tensor.substring("blk.".length());
        int dot = rest.indexOf('.');
        try {
            return dot < 0 ? -1 : Integer.parseInt(rest.substring(0, dot));
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
