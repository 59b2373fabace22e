package io.brainmatrix.chronicle;

import io.brainmatrix.chronicle.kube.ClusterIdentities;
import io.brainmatrix.chronicle.kube.KubeCallers;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.time.Clock;

/** Entry point of the chronicle's image. */
public final class Main {
    private static final int PORT = 8082;
    private static final int API_TIMEOUT_MILLIS = 5_000;

    private Main() {}

    /** Runs until SIGTERM; exit code 2 when its environment is wrong. */
    public static void main(String[] arguments) throws IOException {
        Settings settings;
        try {
            settings = Settings.of(System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println("chronicle: " + e.getMessage());
            System.exit(2);
            return;
        }
        Config config =
                new ConfigBuilder(Config.autoConfigure(null))
                        .withRequestRetryBackoffLimit(0)
                        .withRequestTimeout(API_TIMEOUT_MILLIS)
                        .build();
        KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
        Clock clock = Clock.systemUTC();
        Chronicle chronicle =
                Chronicle.start(
                        PORT,
                        settings.database(),
                        settings.retention(),
                        new KubeCallers(
                                new ClusterIdentities(
                                        client,
                                        settings.operator(),
                                        settings.readers(),
                                        settings.namespaces()),
                                clock),
                        clock);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    chronicle.close();
                                    client.close();
                                },
                                "end"));
    }
}
