package io.brainmatrix.memory.footprint;

import io.brainmatrix.memory.gguf.GgufFile;
import java.util.Optional;

/**
 * How the engine will be run.
 *
 * @param contextLength tokens, over all slots
 * @param parallel slots, requests answered at the same time
 * @param microBatchSize prompt tokens in one computation: the compute buffer grows with it; several
 *     slots have fewer than are asked for, see {@link SharedCache}
 * @param cacheTypeK element type of the cache of keys
 * @param cacheTypeV likewise of values
 * @param flashAttention whether scores are never written down
 */
public record EngineSettings(
        int contextLength,
        int parallel,
        int microBatchSize,
        CacheType cacheTypeK,
        CacheType cacheTypeV,
        boolean flashAttention) {
    public EngineSettings {
        microBatchSize = SharedCache.batchSize(parallel, microBatchSize);
    }

    /**
     * Why llama.cpp b4916 would abort the process, or fail to load, with these settings and this
     * model; a sentence for people that says what to change.
     */
    public Optional<String> misfit(GgufFile file) {
        if (!flashAttention && cacheTypeV.quantized()) {
            return Optional.of(
                    "a cache of values in %s needs flashAttention"
                            .formatted(cacheTypeV.ggmlName()));
        }
        if (flashAttention && (cacheTypeK == CacheType.F32 || cacheTypeV == CacheType.F32)) {
            return Optional.of(
                    "flashAttention takes no cache in f32; set cacheTypeK and cacheTypeV to f16 or q8_0");
        }
        Heads heads = Heads.of(file);
        if (flashAttention && heads.keyLength() != heads.valueLength()) {
            return Optional.of(
                    "flashAttention needs keys and values of one length, the model's have %d and %d; turn it off"
                            .formatted(heads.keyLength(), heads.valueLength()));
        }
        if (heads.keyLength() % cacheTypeK.blockElements() != 0) {
            return Optional.of(
                    "a cache of keys in %s needs heads of a multiple of %d elements, the model's have %d; set cacheTypeK to f16"
                            .formatted(
                                    cacheTypeK.ggmlName(),
                                    cacheTypeK.blockElements(),
                                    heads.keyLength()));
        }
        if (heads.valueLength() % cacheTypeV.blockElements() != 0) {
            return Optional.of(
                    "a cache of values in %s needs heads of a multiple of %d elements, the model's have %d; set cacheTypeV to f16"
                            .formatted(
                                    cacheTypeV.ggmlName(),
                                    cacheTypeV.blockElements(),
                                    heads.valueLength()));
        }
        return Optional.empty();
    }
}
