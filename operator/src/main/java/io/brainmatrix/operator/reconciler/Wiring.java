package io.brainmatrix.operator.reconciler;

import io.brainmatrix.operator.admission.SerialAdmission;
import io.brainmatrix.operator.herald.Messenger;
import io.brainmatrix.operator.herald.Waking;
import io.brainmatrix.operator.kube.ChronicleScale;
import io.brainmatrix.operator.kube.NamespaceLimits;
import io.brainmatrix.operator.kube.OperatorSettings;
import io.brainmatrix.operator.kube.Scope;
import io.brainmatrix.operator.leader.Leadership;
import io.brainmatrix.operator.leader.LeaseLeadership;
import io.brainmatrix.operator.metrics.HeraldCollector;
import io.brainmatrix.operator.metrics.MatrixCollector;
import io.brainmatrix.operator.metrics.NodeCollector;
import io.brainmatrix.operator.metrics.ProcessCollector;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetricsV2;
import io.micrometer.core.instrument.MeterRegistry;
import io.prometheus.client.CollectorRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Hands the operator's parts to Quarkus. */
class Wiring {
    /** Observers without a priority come at 2500; the SDK's stops the client. */
    private static final int HAND_ON_FIRST = 100;

    @Produces
    @Singleton
    OperatorSettings settings(
            @ConfigProperty(name = "brainmatrix.namespace") String namespace,
            @ConfigProperty(name = "brainmatrix.inference.image") String image,
            @ConfigProperty(
                            name = "brainmatrix.inference.pull.policy",
                            defaultValue = "IfNotPresent")
                    String pullPolicy,
            @ConfigProperty(name = "brainmatrix.model.directories") List<String> directories,
            @ConfigProperty(name = "brainmatrix.namespace.limits") Optional<String> limits,
            @ConfigProperty(name = "brainmatrix.watch.namespaces") Optional<String> watched,
            @ConfigProperty(name = "brainmatrix.chronicle.url") Optional<String> chronicle) {
        return new OperatorSettings(
                namespace,
                image,
                pullPolicy,
                directories.stream().map(Path::of).toList(),
                NamespaceLimits.parse(limits.orElse("")),
                Scope.parse(watched.orElse("")),
                chronicle.map(URI::create));
    }

    @Produces
    @Singleton
    OperatorParts parts(KubernetesClient client, OperatorSettings settings) {
        return OperatorParts.of(client, settings, new SerialAdmission());
    }

    /** One process needs no election, and an edge API server no Lease renewed each second. */
    @Produces
    @Singleton
    Leadership leadership(
            KubernetesClient client,
            OperatorSettings settings,
            OperatorParts parts,
            @ConfigProperty(name = "brainmatrix.leader.election", defaultValue = "false")
                    boolean elect,
            @ConfigProperty(name = "hostname", defaultValue = "operator") String identity) {
        return elect
                ? new LeaseLeadership(
                        client, settings.namespace(), identity, parts.cache()::tellAll)
                : Leadership.alone();
    }

    /** Tells the chronicle of deaths, where the chart has one. */
    @Produces
    @Singleton
    Messenger messenger(
            KubernetesClient client,
            OperatorSettings settings,
            OperatorParts parts,
            Leadership leadership,
            @ConfigProperty(
                            name = "brainmatrix.chronicle.token",
                            defaultValue = "/var/run/secrets/brainmatrix-chronicle/token")
                    String token,
            @ConfigProperty(name = "brainmatrix.chronicle.spool", defaultValue = "/tmp/chronicle")
                    String spool,
            @ConfigProperty(name = "brainmatrix.chronicle.statefulset") Optional<String> onDemand) {
        Waking waking =
                onDemand.map(name -> new ChronicleScale(client, settings.namespace(), name))
                        .map(scale -> Waking.onDemand(scale, System::nanoTime))
                        .orElseGet(Waking::always);
        return settings.chronicle()
                .map(
                        url ->
                                Messenger.to(
                                        url,
                                        Path.of(token),
                                        Path.of(spool),
                                        parts.cache(),
                                        leadership,
                                        waking))
                .orElseGet(Messenger::absent);
    }

    /**
     * Stands for election once all else runs; that there is a messenger is what it is asked for.
     */
    void begin(@Observes StartupEvent started, Leadership leadership, Messenger messenger) {
        if (leadership instanceof LeaseLeadership lease) {
            lease.start();
        }
    }

    /** Hands on before the client is closed. */
    void end(
            @Observes @Priority(HAND_ON_FIRST) ShutdownEvent ending,
            Leadership leadership,
            Messenger messenger) {
        messenger.close();
        if (leadership instanceof LeaseLeadership lease) {
            lease.close();
        }
    }

    /**
     * Quarkus's own producer makes a new registry for each injection point: collectors of ours
     * would vanish.
     */
    @Produces
    @Singleton
    CollectorRegistry registry(OperatorParts parts, Leadership leadership, Messenger messenger) {
        CollectorRegistry registry = new CollectorRegistry(true);
        ProcessCollector process =
                new ProcessCollector(
                        parts.cache(), leadership, parts.nodes()::admissions, parts.gate());
        parts.cache().listen(process::see);
        registry.register(process);
        registry.register(new MatrixCollector(parts.cache()));
        registry.register(new HeraldCollector(messenger::count));
        registry.register(new NodeCollector(parts.cache(), parts.readings()));
        return registry;
    }

    /** The SDK's default reads its metrics before Micrometer is bound and then counts nothing. */
    @Produces
    @Singleton
    Metrics reconciliations(MeterRegistry registry) {
        return MicrometerMetricsV2.newBuilder(registry).build();
    }
}
