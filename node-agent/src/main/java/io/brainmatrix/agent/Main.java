package io.brainmatrix.agent;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** Entry point of the node agent's image. */
public final class Main {
    private static final System.Logger LOG = System.getLogger(Main.class.getName());
    private static final int PORT = 8081;
    private static final int POD_PORT = 8080;
    private static final int API_TIMEOUT_MILLIS = 5_000;

    private Main() {}

    /** By names with commas between them; empty for all. */
    private static List<String> watchedNamespaces() {
        String names = System.getenv("BRAINMATRIX_WATCH_NAMESPACES");
        return names == null || names.isBlank() ? List.of() : List.of(names.split(","));
    }

    /** Runs until SIGTERM; exit code 2 when its environment is wrong. */
    public static void main(String[] arguments) throws IOException {
        String node = System.getenv("NODE_NAME");
        if (node == null || node.isBlank()) {
            System.err.println(
                    "node-agent: the environment variable NODE_NAME is missing; the chart sets it from spec.nodeName");
            System.exit(2);
            return;
        }
        String reserve = System.getenv("BRAINMATRIX_RESERVE");
        try {
            Reserve.of(null, reserve, 0);
        } catch (IllegalArgumentException e) {
            System.err.printf(
                    "node-agent: BRAINMATRIX_RESERVE=%s is no quantity; write it like 512Mi%n",
                    reserve);
            System.exit(2);
            return;
        }
        // A write that is repeated behind the agent's back would bring an old snapshot as a new
        // one.
        Config config =
                new ConfigBuilder(Config.autoConfigure(null))
                        .withRequestRetryBackoffLimit(0)
                        .withRequestTimeout(API_TIMEOUT_MILLIS)
                        .build();
        KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
        LOG.log(
                System.Logger.Level.INFO,
                "Node {0}: {1}",
                node,
                Sensors.describe(Path.of("/sys"), Path.of("/etc")));
        Sampler sampler = new Sampler(Path.of("/proc"), Path.of("/sys"));
        Publisher publisher = new Publisher(client, node, watchedNamespaces());
        PodWatch pods = new PodWatch(publisher::pods, port("BRAINMATRIX_POD_PORT", POD_PORT));
        Agent agent = new Agent(sampler, pods, publisher, reserve, Clock.systemUTC());
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    agent.end();
                                    client.close();
                                },
                                "end"));
        AgentServer.start(listen(), node, agent, sampler, pods);
        agent.run();
    }

    /** A container has an address of its own; processes of one machine are given theirs. */
    private static InetSocketAddress listen() {
        int port = port("BRAINMATRIX_PORT", PORT);
        String address = System.getenv().getOrDefault("BRAINMATRIX_ADDRESS", "");
        return address.isEmpty()
                ? new InetSocketAddress(port)
                : new InetSocketAddress(address, port);
    }

    private static int port(String variable, int otherwise) {
        return Integer.parseInt(
                System.getenv().getOrDefault(variable, Integer.toString(otherwise)));
    }
}
