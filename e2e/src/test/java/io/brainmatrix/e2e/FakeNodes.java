package io.brainmatrix.e2e;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.SwapUse;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Nodes without machines: kwok keeps them Ready and says that their pods run, and an agent here
 * publishes the memory that these pods would take. Scheduler, volumes, API server and operator are
 * real.
 */
final class FakeNodes implements AutoCloseable {
    static final String LABEL = "brainmatrix.io/fake";
    static final String TAINT = "kwok.x-k8s.io/node";

    private static final Duration LOAD = Duration.ofSeconds(1);
    private static final Duration QUICK = Duration.ofMillis(100);
    private static final Duration HEARTBEAT = Duration.ofSeconds(8);
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final Cluster cluster;
    private final KubernetesClient client;
    private final Map<String, Long> sizes;
    private final Process kwok;
    private final ExecutorService agents = Executors.newSingleThreadExecutor();

    /** First seen, by the UID of its pod. */
    private final Map<String, Instant> begun = new HashMap<>();

    private final Map<String, NodeMemoryStatus> published = new HashMap<>();

    /** What loading, and settling after it, takes on these nodes. */
    private final Duration load;

    private volatile boolean swapping;

    private FakeNodes(Cluster cluster, Map<String, Long> sizes, Process kwok, Duration load) {
        this.cluster = cluster;
        this.load = load;
        this.client = cluster.client();
        this.sizes = sizes;
        this.kwok = kwok;
    }

    /**
     * Adds nodes of these sizes in bytes.
     *
     * @param command runs kwok with further arguments against the cluster
     */
    static FakeNodes add(Cluster cluster, String command, List<Long> bytes) {
        return add(cluster, command, bytes, LOAD);
    }

    /** Adds one node on which a load takes no time worth mentioning. */
    static FakeNodes quick(Cluster cluster, String command, long bytes) {
        return add(cluster, command, List.of(bytes), QUICK);
    }

    private static FakeNodes add(Cluster cluster, String command, List<Long> bytes, Duration load) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        for (int i = 0; i < bytes.size(); i++) {
            sizes.put("fake-%02d".formatted(i), bytes.get(i));
        }
        FakeNodes nodes = new FakeNodes(cluster, sizes, kwok(command), load);
        try {
            sizes.forEach(nodes::create);
            nodes.agents.execute(nodes::publishUntilClosed);
            return nodes;
        } catch (RuntimeException e) {
            nodes.close();
            throw e;
        }
    }

    /** From now on their agents tell that pages go in and out of swap, or that they do not. */
    void swapping(boolean swaps) {
        swapping = swaps;
    }

    List<String> names() {
        return List.copyOf(sizes.keySet());
    }

    private static Process kwok(String command) {
        try {
            return new ProcessBuilder(
                            "sh",
                            "-c",
                            "exec "
                                    + command
                                    + " --manage-all-nodes=false"
                                    + " --manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake"
                                    + " --node-lease-duration-seconds=40")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void create(String name, long bytes) {
        Map<String, Quantity> room =
                Map.of(
                        "cpu",
                        new Quantity("12"),
                        "memory",
                        new Quantity(Long.toString(bytes)),
                        "pods",
                        new Quantity("110"));
        client.resource(
                        new NodeBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .addToAnnotations("kwok.x-k8s.io/node", "fake")
                                .addToLabels(LABEL, "true")
                                .addToLabels("kubernetes.io/hostname", name)
                                .endMetadata()
                                .withNewSpec()
                                .addNewTaint()
                                .withKey(TAINT)
                                .withValue("fake")
                                .withEffect("NoSchedule")
                                .endTaint()
                                .endSpec()
                                .withNewStatus()
                                .withAllocatable(room)
                                .withCapacity(room)
                                .endStatus()
                                .build())
                .create();
    }

    private void publishUntilClosed() {
        while (!agents.isShutdown()) {
            try {
                publish();
            } catch (KubernetesClientException e) {
                // An agent goes on when the API server does not answer.
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    private void publish() {
        List<Pod> pods =
                client.pods()
                        .inAnyNamespace()
                        .withLabel("brainmatrix.io/instance")
                        .list()
                        .getItems();
        Instant now = Instant.now();
        sizes.forEach((node, size) -> publish(node, size, pods, now));
    }

    private void publish(String node, long size, List<Pod> pods, Instant now) {
        List<PodMemory> reports =
                pods.stream()
                        .filter(p -> node.equals(p.getSpec().getNodeName()))
                        .filter(p -> "Running".equals(p.getStatus().getPhase()))
                        .map(p -> report(p, now))
                        .sorted(Comparator.comparing(PodMemory::podUid))
                        .toList();
        long used = reports.stream().mapToLong(r -> Objects.requireNonNull(r.used())).sum();
        boolean settled =
                reports.stream()
                        .allMatch(r -> !"Serving".equals(r.phase()) || r.loadSettled() != null);
        NodeMemoryStatus before = published.get(node);
        Instant since =
                !settled
                        ? null
                        : before != null && before.settledSince() != null
                                ? before.settledSince()
                                : now.minus(LOAD);
        NodeMemoryStatus status =
                new NodeMemoryStatus(
                        before == null ? now : before.heartbeat(),
                        "boot-" + node,
                        size,
                        size - used,
                        size / 20,
                        settled ? 0L : -(1L << 28),
                        "1s",
                        since,
                        null,
                        swapping ? new SwapUse(256L << 20, null, 8L << 20, 32L << 20) : null,
                        true,
                        null,
                        null,
                        null,
                        reports);
        if (before != null
                && status.equals(before)
                && Duration.between(Objects.requireNonNull(before.heartbeat()), now)
                                .compareTo(HEARTBEAT)
                        < 0) {
            return;
        }
        published.put(node, write(node, beating(status, now)));
    }

    private static NodeMemoryStatus beating(NodeMemoryStatus s, Instant now) {
        return new NodeMemoryStatus(
                now,
                s.bootId(),
                s.capacity(),
                s.available(),
                s.reserve(),
                s.slopePerSecond(),
                s.settleWindow(),
                s.settledSince(),
                s.pressure(),
                s.swap(),
                s.unified(),
                s.gpu(),
                s.temperature(),
                s.oomKills(),
                s.instances());
    }

    private NodeMemoryStatus write(String node, NodeMemoryStatus status) {
        NodeMemory memory = new NodeMemory();
        memory.setMetadata(new ObjectMetaBuilder().withName(node).build());
        if (!published.containsKey(node)) {
            client.resource(memory).create();
        }
        memory.setStatus(status);
        client.resource(memory)
                .subresource("status")
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                .withFieldManager("brainmatrix-agent")
                                .withForce(true)
                                .build());
        return status;
    }

    private PodMemory report(Pod pod, Instant now) {
        Instant from = begun.computeIfAbsent(pod.getMetadata().getUid(), uid -> now);
        boolean loaded = now.isAfter(from.plus(load));
        long limit = limit(pod);
        long used = ((loaded ? 3 : 1) * limit) / 4;
        return new PodMemory(
                pod.getMetadata().getUid(),
                loaded ? "Serving" : "Loading",
                used,
                (3 * limit) / 4,
                loaded ? (Long) used : null,
                used,
                limit,
                from,
                loaded ? from.plus(load) : null,
                now.isAfter(from.plus(load).plus(load)) ? Boolean.TRUE : null,
                null,
                null,
                null,
                null);
    }

    /** The memory limit of a pod's only container in bytes. */
    static long limit(Pod pod) {
        return Objects.requireNonNull(
                        pod.getSpec()
                                .getContainers()
                                .getFirst()
                                .getResources()
                                .getLimits()
                                .get("memory"))
                .getNumericalAmount()
                .longValueExact();
    }

    /** The fake nodes leave, kwok last: it ends what still runs on them. */
    @Override
    public void close() {
        agents.shutdownNow();
        client.nodes().withLabel(LABEL).delete();
        try {
            Await.until(
                    cluster,
                    "the fake nodes and their pods are gone",
                    () -> {
                        List<String> left = new ArrayList<>();
                        client.nodes()
                                .withLabel(LABEL)
                                .list()
                                .getItems()
                                .forEach(n -> left.add(n.getMetadata().getName()));
                        client.pods().inAnyNamespace().list().getItems().stream()
                                .filter(p -> onFake(p.getSpec().getNodeName()))
                                .forEach(p -> left.add(p.getMetadata().getName()));
                        if (!left.isEmpty()) {
                            throw new AssertionError("left: " + left);
                        }
                    });
        } finally {
            sizes.keySet().forEach(n -> client.resources(NodeMemory.class).withName(n).delete());
            kwok.descendants().forEach(ProcessHandle::destroy);
            kwok.destroy();
        }
    }

    private boolean onFake(@Nullable String node) {
        return node != null && sizes.containsKey(node);
    }
}
