package io.brainmatrix.operator.check;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks an installation from within, with the operator's own rights: its Deployment has a replica
 * that is available, there is a NodeMemory, and each node's agent writes to its own.
 */
public final class InstallationCheck {
    /** An agent writes at least each minute. */
    private static final Duration HEARTBEATS = Duration.ofSeconds(75);

    private final KubernetesClient client;
    private final String namespace;
    private final Duration within;

    /** Gives the agents as long to write. */
    InstallationCheck(KubernetesClient client, String namespace, Duration within) {
        this.client = client;
        this.namespace = namespace;
        this.within = within;
    }

    /**
     * Runs the check: {@code --deployment NAME}, the namespace in BRAINMATRIX_NAMESPACE. Exit code
     * 0 when all is well, 1 when something is not, 2 for wrong arguments.
     */
    public static void main(String[] arguments) {
        String namespace = System.getenv("BRAINMATRIX_NAMESPACE");
        if (namespace == null || arguments.length != 2 || !arguments[0].equals("--deployment")) {
            System.err.println("usage: BRAINMATRIX_NAMESPACE=NAMESPACE check --deployment NAME");
            System.exit(2);
            return;
        }
        List<String> faults;
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            faults = new InstallationCheck(client, namespace, HEARTBEATS).run(arguments[1]);
        }
        faults.forEach(fault -> System.out.println("FAULT " + fault));
        System.out.println(faults.isEmpty() ? "all is well" : faults.size() + " faults");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    /** What is wrong; empty when all is well. */
    List<String> run(String deployment) {
        List<String> faults = new ArrayList<>();
        Deployment operator =
                client.apps().deployments().inNamespace(namespace).withName(deployment).get();
        if (operator == null
                || operator.getStatus() == null
                || operator.getStatus().getAvailableReplicas() == null
                || operator.getStatus().getAvailableReplicas() == 0) {
            faults.add("no replica of deployment `%s` is available".formatted(deployment));
        }
        List<NodeMemory> nodes = client.resources(NodeMemory.class).list().getItems();
        if (nodes.isEmpty()) {
            faults.add("no NodeMemory: no agent has written yet");
        }
        long deadline = System.nanoTime() + within.toNanos();
        for (NodeMemory node : nodes) {
            if (!writes(node, deadline)) {
                faults.add(
                        "the agent of node `%s` has not written within %d s"
                                .formatted(node.getMetadata().getName(), within.toSeconds()));
            }
        }
        return faults;
    }

    private boolean writes(NodeMemory seen, long deadline) {
        Instant before = heartbeat(seen);
        try {
            client.resources(NodeMemory.class)
                    .withName(seen.getMetadata().getName())
                    .waitUntilCondition(
                            now -> {
                                Instant beat = heartbeat(now);
                                return beat != null && !beat.equals(before);
                            },
                            Math.max(
                                    1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())),
                            TimeUnit.MILLISECONDS);
            return true;
        } catch (KubernetesClientTimeoutException e) {
            return false;
        }
    }

    private static @Nullable Instant heartbeat(@Nullable NodeMemory memory) {
        return memory == null || memory.getStatus() == null ? null : memory.getStatus().heartbeat();
    }
}
