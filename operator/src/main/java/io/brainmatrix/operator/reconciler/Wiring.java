package io.brainmatrix.operator.reconciler;

import io.brainmatrix.operator.admission.SerialAdmission;
import io.brainmatrix.operator.kube.OperatorSettings;
import io.brainmatrix.operator.metrics.MatrixCollector;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetricsV2;
import io.micrometer.core.instrument.MeterRegistry;
import io.prometheus.client.CollectorRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Hands the operator's parts to Quarkus. */
class Wiring {
    @Produces
    @Singleton
    OperatorSettings settings(
            @ConfigProperty(name = "brainmatrix.namespace") String namespace,
            @ConfigProperty(name = "brainmatrix.inference.image") String image,
            @ConfigProperty(
                            name = "brainmatrix.inference.pull.policy",
                            defaultValue = "IfNotPresent")
                    String pullPolicy,
            @ConfigProperty(name = "brainmatrix.model.directories") List<String> directories) {
        return new OperatorSettings(
                namespace, image, pullPolicy, directories.stream().map(Path::of).toList());
    }

    @Produces
    @Singleton
    OperatorParts parts(KubernetesClient client, OperatorSettings settings) {
        return OperatorParts.of(client, settings, new SerialAdmission());
    }

    /**
     * Quarkus's own producer makes a new registry for each injection point: collectors of ours
     * would vanish.
     */
    @Produces
    @Singleton
    CollectorRegistry registry(OperatorParts parts) {
        CollectorRegistry registry = new CollectorRegistry(true);
        registry.register(new MatrixCollector(parts.cache(), parts.nodes()));
        return registry;
    }

    /** The SDK's default reads its metrics before Micrometer is bound and then counts nothing. */
    @Produces
    @Singleton
    Metrics reconciliations(MeterRegistry registry) {
        return MicrometerMetricsV2.newBuilder(registry).build();
    }
}
