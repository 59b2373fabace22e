package io.brainmatrix.operator.workload;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.brainmatrix.api.v1alpha1.BrainMatrixSpec;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.KeyCacheType;
import io.brainmatrix.api.v1alpha1.ModelSource;
import io.brainmatrix.api.v1alpha1.Role;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an inference pod is told in {@code BRAINMATRIX_INSTANCE}; the form is {@code
 * contracts/instance.json}.
 */
public final class InstanceConfig {
    /** Name of the environment variable. */
    public static final String VARIABLE = "BRAINMATRIX_INSTANCE";

    private InstanceConfig() {}

    /** The model in force: the instance's own, else the matrix's. */
    public static @Nullable ModelSource model(BrainMatrixSpec spec, Instance instance) {
        return instance.model() == null ? spec.model() : instance.model();
    }

    /** The role in force: who watches nobody is a subject. */
    static Role role(Instance instance) {
        if (instance.role() != null) {
            return instance.role();
        }
        return instance.watches() == null || instance.watches().isEmpty()
                ? Role.Subject
                : Role.Observer;
    }

    /** The variable's value: one JSON object. */
    static String json(PodRequest request) {
        var metadata = request.matrix().getMetadata();
        Instance instance = request.instance();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("namespace", metadata.getNamespace())
                .put("matrix", metadata.getName())
                .put("matrixUid", metadata.getUid())
                .put("instance", instance.name())
                .put("role", role(instance).name())
                .put("life", request.life());
        json.putObject("budget").put("ram", InferencePod.bytes(instance.budget().ram()));
        ObjectNode model =
                json.putObject("model")
                        .put("path", InferencePod.MODELS + "/" + request.model().relativePath())
                        .put("source", request.model().source());
        ModelSource source = model(request.matrix().getSpec(), instance);
        if (source != null && source.sha256() != null) {
            model.put("sha256", source.sha256());
        }
        EngineSettings settings = EngineSettings.of(instance.engine());
        ObjectNode engine = json.putObject("engine").put("contextLength", settings.contextLength());
        settings.threads().ifPresent(threads -> engine.put("threads", threads));
        engine.put("parallel", settings.parallel())
                .put("batchSize", settings.batchSize())
                .put("cacheTypeK", settings.cacheTypeK().name())
                // The binding has no flag for the cache of values; llama.cpp's own default.
                .put("cacheTypeV", KeyCacheType.f16.name());
        ObjectNode deaths = json.putObject("deaths");
        new TreeMap<EndClass, Long>(request.deaths())
                .forEach((endClass, count) -> deaths.put(endClass.name(), count));
        return json.toString();
    }
}
