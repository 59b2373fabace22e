package io.brainmatrix.operator.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.BrainMatrixSpec;
import io.brainmatrix.operator.workload.SpecHash;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The hashes of a matrix's desired pods, computed once per generation of its spec: each pass over a
 * node asks for those of every matrix on it.
 */
final class SpecHashes {
    /** Matrices remembered; beyond it the least recently asked for is computed anew. */
    private static final int MOST = 4096;

    private record Computed(long generation, Map<String, String> hashes) {}

    private final Map<String, Computed> computed =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Computed> eldest) {
                    return size() > MOST;
                }
            };

    /** Hash of each instance's desired pod, by instance. */
    synchronized Map<String, String> of(BrainMatrix matrix) {
        Long generation = matrix.getMetadata().getGeneration();
        if (generation == null) {
            return compute(matrix.getSpec());
        }
        String uid = matrix.getMetadata().getUid();
        Computed known = computed.get(uid);
        if (known == null || known.generation() != generation) {
            known = new Computed(generation, compute(matrix.getSpec()));
            computed.put(uid, known);
        }
        return known.hashes();
    }

    private static Map<String, String> compute(BrainMatrixSpec spec) {
        Map<String, String> hashes = new HashMap<>();
        spec.instances().forEach(i -> hashes.put(i.name(), SpecHash.of(spec, i)));
        return Map.copyOf(hashes);
    }
}
