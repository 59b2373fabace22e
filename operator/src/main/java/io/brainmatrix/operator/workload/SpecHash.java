package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrixSpec;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.ModelSource;
import io.brainmatrix.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Hash of what a user can see of an instance's pod: role, budget, model, engine, placement,
 * restartedAt.
 *
 * <p>Not in it: image and probes (an operator upgrade replaces no pod), life, node and deaths,
 * other instances, {@code watches} and {@code priority} (they order starts, a running pod does not
 * know them), recovery and admission.
 */
public final class SpecHash {
    /** 64 bits: only the last two specs of one instance are ever compared. */
    private static final int DIGITS = 16;

    private SpecHash() {}

    /** The hash of one instance, 16 lower-case hexadecimal digits. */
    public static String of(BrainMatrixSpec spec, Instance instance) {
        StringBuilder text = new StringBuilder();
        field(text, "role", InstanceConfig.role(instance));
        field(text, "ram", amount(instance.budget().ram()));
        field(text, "cpu", amount(instance.budget().cpu()));
        model(text, InstanceConfig.model(spec, instance));
        EngineSettings engine = EngineSettings.of(instance.engine());
        field(text, "contextLength", engine.contextLength());
        field(text, "threads", engine.threads().orElse(null));
        field(text, "parallel", engine.parallel());
        field(text, "batchSize", engine.batchSize());
        field(text, "cacheTypeK", engine.cacheTypeK());
        placement(text, spec.placement());
        field(text, "restartedAt", instance.restartedAt());
        return WorkloadNames.sha256(text.toString()).substring(0, DIGITS);
    }

    private static void model(StringBuilder text, @Nullable ModelSource model) {
        if (model == null) {
            return;
        }
        field(text, "hostPath", model.hostPath());
        if (model.persistentVolumeClaim() != null) {
            field(text, "claim", model.persistentVolumeClaim().claimName());
            field(text, "path", model.persistentVolumeClaim().path());
        }
        field(text, "sha256", model.sha256());
    }

    private static void placement(StringBuilder text, @Nullable Placement placement) {
        if (placement == null) {
            return;
        }
        Map<String, String> selector = placement.nodeSelector();
        if (selector != null) {
            new TreeMap<>(selector)
                    .forEach(
                            (key, value) -> {
                                field(text, "nodeSelectorKey", key);
                                field(text, "nodeSelectorValue", value);
                            });
        }
        field(text, "runtimeClassName", placement.runtimeClassName());
        List<Toleration> tolerations = placement.tolerations();
        if (tolerations != null) {
            for (Toleration toleration : tolerations) {
                field(text, "tolerationKey", toleration.getKey());
                field(text, "operator", toleration.getOperator());
                field(text, "value", toleration.getValue());
                field(text, "effect", toleration.getEffect());
                field(text, "seconds", toleration.getTolerationSeconds());
            }
        }
    }

    /** 1Gi and 1024Mi are the same budget. */
    private static @Nullable String amount(@Nullable Quantity quantity) {
        if (quantity == null) {
            return null;
        }
        BigDecimal amount = Quantity.getAmountInBytes(quantity);
        return amount.stripTrailingZeros().toPlainString();
    }

    /**
     * Values carry their length, so that none can pass for the field after it; absent ones are left
     * out.
     */
    private static void field(StringBuilder text, String name, @Nullable Object value) {
        if (value != null) {
            String written = value.toString();
            text.append(name).append(':').append(written.length()).append('=').append(written);
            text.append('\n');
        }
    }
}
