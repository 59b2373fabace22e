package io.brainmatrix.operator.workload;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.EngineSpec;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.ModelSource;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pod's {@code BRAINMATRIX_INSTANCE}; its form is {@code contracts/instance.json}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record InstanceEnvironment(
        String namespace,
        String matrix,
        String matrixUid,
        String instance,
        @Nullable String role,
        long life,
        int priority,
        @Nullable Long nodeReserve,
        BudgetBytes budget,
        ModelFile model,
        EngineSettings engine,
        Map<String, Long> deaths,
        @Nullable MindEnvironment mind) {
    /** Name of the environment variable. */
    static final String NAME = "BRAINMATRIX_INSTANCE";

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record BudgetBytes(long ram, @Nullable Long gpu) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ModelFile(String path, String source, @Nullable String sha256) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record EngineSettings(
            int contextLength,
            @Nullable Integer threads,
            int parallel,
            int batchSize,
            String cacheTypeK,
            String cacheTypeV,
            @Nullable Boolean flashAttention,
            @Nullable Integer gpuLayers,
            @Nullable String silenceTimeout) {
        static EngineSettings of(@Nullable EngineSpec spec) {
            EngineSpec engine =
                    spec == null
                            ? new EngineSpec(null, null, null, null, null, null, null, null, null)
                            : spec;
            // Defaults as in the API, for an object that was written before they were there.
            return new EngineSettings(
                    engine.contextLength() == null ? 2048 : engine.contextLength(),
                    engine.threads(),
                    engine.parallel() == null ? 1 : engine.parallel(),
                    engine.batchSize() == null ? 512 : engine.batchSize(),
                    engine.cacheTypeK() == null ? "f16" : engine.cacheTypeK().name(),
                    engine.cacheTypeV() == null ? "f16" : engine.cacheTypeV().name(),
                    // Absent when false: the hash of a pod without it is that of a version without
                    // it.
                    Boolean.TRUE.equals(engine.flashAttention()) ? Boolean.TRUE : null,
                    layers(engine.gpuLayers()),
                    engine.silenceTimeout() == null
                            ? null
                            : Durations.parse(engine.silenceTimeout()).toString());
        }

        /** Absent for as many as fit. */
        private static @Nullable Integer layers(@Nullable IntOrString layers) {
            return layers == null ? null : layers.getIntVal();
        }
    }

    static String json(
            BrainMatrix matrix,
            Instance instance,
            long life,
            @Nullable Long nodeReserve,
            ModelSource model,
            ModelVolume volume,
            Map<String, Long> deaths,
            @Nullable MindEnvironment mind) {
        return Serialization.asJson(
                new InstanceEnvironment(
                        matrix.getMetadata().getNamespace(),
                        matrix.getMetadata().getName(),
                        matrix.getMetadata().getUid(),
                        instance.name(),
                        instance.role() == null ? null : instance.role().name(),
                        life,
                        instance.priority() == null ? 0 : instance.priority(),
                        nodeReserve,
                        new BudgetBytes(
                                Bytes.of(instance.budget().ram()),
                                instance.budget().gpu() == null
                                        ? null
                                        : Bytes.of(instance.budget().gpu())),
                        new ModelFile(
                                volume.pathInPod(), ModelVolume.describe(model), model.sha256()),
                        EngineSettings.of(instance.engine()),
                        deaths,
                        mind));
    }
}
