package io.brainmatrix.memory.footprint;

/**
 * How the engine will be run.
 *
 * @param contextLength tokens
 * @param microBatchSize prompt tokens in one computation: the compute buffer grows with it
 */
public record EngineSettings(
        int contextLength,
        int microBatchSize,
        CacheType cacheTypeK,
        CacheType cacheTypeV,
        boolean flashAttention) {}
