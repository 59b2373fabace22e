package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrixSpec;
import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.ModelSource;
import io.brainmatrix.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Hash of what the user can see of an instance's pod: budget, model, engine, role, the API token's
 * Secret, its mind and then whom it watches, placement, restartedAt. An operator upgrade, another
 * instance's edit, a life, a node or a death changes none.
 */
public final class SpecHash {
    private static final int CHARS = 16;

    private SpecHash() {}

    /** The hash, 16 hexadecimal digits. */
    public static String of(BrainMatrixSpec spec, Instance instance) {
        Map<String, @Nullable Object> seen = new LinkedHashMap<>();
        seen.put("ram", Bytes.of(instance.budget().ram()));
        seen.put(
                "cpu",
                instance.budget().cpu() == null
                        ? null
                        : instance.budget().cpu().getNumericalAmount().toPlainString());
        Quantity gpu = instance.budget().gpu();
        if (gpu != null) { // else the hash is that of a version without GPU budgets
            seen.put("gpu", Bytes.of(gpu));
        }
        seen.put("model", model(spec, instance));
        seen.put("engine", InstanceEnvironment.EngineSettings.of(instance.engine()));
        seen.put("role", instance.role());
        seen.put("restartedAt", instance.restartedAt());
        if (instance.apiTokenSecret() != null) { // absent, so that older hashes stay as they were
            seen.put("apiTokenSecret", instance.apiTokenSecret());
        }
        if (instance.mind() != null) {
            seen.put("mind", MindEnvironment.of(instance, Optional.empty(), Optional.empty()));
            seen.put("persona", instance.mind().persona().configMap());
        }
        Placement placement = spec.placement();
        if (placement != null) {
            seen.put(
                    "nodeSelector",
                    placement.nodeSelector() == null
                            ? null
                            : new TreeMap<>(placement.nodeSelector()));
            seen.put("runtimeClass", placement.runtimeClassName());
            seen.put("tolerations", placement.tolerations());
        }
        return WorkloadNames.sha256(Serialization.asJson(seen)).substring(0, CHARS);
    }

    /** The instance's model: its own, or the matrix's. */
    public static @Nullable ModelSource model(BrainMatrixSpec spec, Instance instance) {
        return instance.model() != null ? instance.model() : spec.model();
    }
}
