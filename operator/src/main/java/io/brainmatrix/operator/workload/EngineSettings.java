package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.EngineSpec;
import io.brainmatrix.api.v1alpha1.KeyCacheType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An instance's engine with the CRD's defaults filled in, so that an object that was defaulted and
 * one that was not mean, and hash, the same.
 *
 * @param threads empty lets the pod choose by its node's cores
 */
record EngineSettings(
        int contextLength,
        Optional<Integer> threads,
        int parallel,
        int batchSize,
        KeyCacheType cacheTypeK) {
    static EngineSettings of(@Nullable EngineSpec spec) {
        EngineSpec given = spec == null ? new EngineSpec(null, null, null, null, null) : spec;
        return new EngineSettings(
                given.contextLength() == null ? 2048 : given.contextLength(),
                Optional.ofNullable(given.threads()),
                given.parallel() == null ? 1 : given.parallel(),
                given.batchSize() == null ? 512 : given.batchSize(),
                given.cacheTypeK() == null ? KeyCacheType.f16 : given.cacheTypeK());
    }
}
