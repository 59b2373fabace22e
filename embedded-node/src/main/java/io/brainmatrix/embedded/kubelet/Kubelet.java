package io.brainmatrix.embedded.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.brainmatrix.embedded.api.ApiException;
import io.brainmatrix.embedded.api.Kind;
import io.brainmatrix.embedded.api.Store;
import io.brainmatrix.memory.MemInfo;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** Runs the pods that are bound to its node, and binds those that may be. */
public final class Kubelet implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Kubelet.class.getName());
    private static final long WAIT_MILLIS = 1_000;

    /** Before it are the node, and the operator and the agent. */
    private static final int FIRST_ADDRESS = 10;

    /** A pod that is stopped with the node. */
    private static final long CLOSING_GRACE_SECONDS = 2;

    private final Store store;
    private final Machine machine;
    private final String node;
    private final Clock clock;
    private final Binder binder;
    private final Map<String, PodRun> runs = new ConcurrentHashMap<>();
    private final Map<String, Long> kills = new ConcurrentHashMap<>();
    private final Map<String, String> addresses = new HashMap<>();
    private final Thread thread = new Thread(this::loop, "kubelet");
    private volatile boolean closing;

    private Kubelet(Store store, Machine machine, String node, Clock clock) {
        this.store = store;
        this.machine = machine;
        this.node = node;
        this.clock = clock;
        this.binder = new Binder(store, node);
    }

    /**
     * Registers the node and begins.
     *
     * @param allocatable bytes that pods may have together
     */
    public static Kubelet start(
            Store store, Machine machine, String node, long allocatable, Clock clock)
            throws IOException {
        Kubelet kubelet = new Kubelet(store, machine, node, clock);
        kubelet.register(allocatable);
        kubelet.thread.setDaemon(true);
        kubelet.thread.start();
        return kubelet;
    }

    private void register(long allocatable) throws IOException {
        long total = MemInfo.read(Path.of("/proc")).total();
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = object.putObject("metadata").put("name", node);
        metadata.putObject("labels")
                .put("kubernetes.io/hostname", node)
                .put("kubernetes.io/os", "linux");
        object.putObject("spec");
        store.create(Kind.NODE, "", object);
        store.change(
                Kind.NODE,
                "",
                node,
                true,
                present -> {
                    ObjectNode wanted = present.deepCopy();
                    ObjectNode status = wanted.putObject("status");
                    resources(status.putObject("capacity"), total);
                    resources(status.putObject("allocatable"), allocatable);
                    status.putArray("conditions")
                            .addObject()
                            .put("type", "Ready")
                            .put("status", "True")
                            .put("reason", "KubeletReady");
                    status.putArray("addresses")
                            .addObject()
                            .put("type", "InternalIP")
                            .put("address", machine.hostAddress());
                    status.putObject("nodeInfo").put("bootID", bootId());
                    return wanted;
                });
    }

    private static void resources(ObjectNode into, long memory) {
        into.put("cpu", Integer.toString(Runtime.getRuntime().availableProcessors()));
        into.put("memory", Long.toString(memory));
        into.put("pods", "110");
    }

    private static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private void loop() {
        long seen = 0;
        while (!closing) {
            try {
                binder.bind();
                look();
                var changes = store.changesAfter(seen, WAIT_MILLIS);
                seen = changes.isEmpty() ? seen : changes.getLast().version();
            } catch (InterruptedException e) {
                return;
            } catch (ApiException e) {
                seen = store.version();
            } catch (RuntimeException e) { // nothing that one pod meets ends the kubelet
                LOG.log(System.Logger.Level.ERROR, "A round failed, going on", e);
            }
        }
    }

    private void look() {
        Map<String, ObjectNode> present = new HashMap<>();
        store.list(Kind.POD, "", p -> p.at("/spec/nodeName").asText("").equals(node))
                .items()
                .forEach(p -> present.put(p.at("/metadata/uid").asText(), p));
        present.forEach(
                (uid, pod) -> {
                    boolean deleting = pod.at("/metadata/deletionTimestamp").isTextual();
                    if (!runs.containsKey(uid) && !ended(pod)) {
                        begin(uid, pod);
                    }
                    PodRun run = runs.get(uid);
                    if (deleting && run != null) {
                        run.stop(pod.at("/metadata/deletionGracePeriodSeconds").asLong(0));
                        if (run.over()) {
                            run.forget();
                        }
                    }
                });
        runs.forEach(
                (uid, run) -> {
                    if (!present.containsKey(uid)) {
                        run.stop(0); // taken away by force
                        if (run.over()) {
                            kills.put(run.name(), run.kills());
                            run.clean();
                            runs.remove(uid);
                        }
                    }
                });
    }

    private static boolean ended(JsonNode pod) {
        String phase = pod.at("/status/phase").asText();
        return phase.equals("Failed") || phase.equals("Succeeded");
    }

    private void begin(String uid, ObjectNode pod) {
        PodRun run = new PodRun(store, machine, clock, pod, addressOf(pod));
        runs.put(uid, run);
        run.begin();
    }

    /** An instance keeps its address through its lives: there is never more than one of it. */
    private String addressOf(JsonNode pod) {
        JsonNode labels = pod.at("/metadata/labels");
        String key =
                pod.at("/metadata/namespace").asText()
                        + "/"
                        + labels.path("brainmatrix.io/matrix").asText("")
                        + "/"
                        + labels.path("brainmatrix.io/instance")
                                .asText(pod.at("/metadata/uid").asText());
        return addresses.computeIfAbsent(
                key, k -> machine.network() + (FIRST_ADDRESS + addresses.size()));
    }

    /** A pod that runs, by its name. */
    public Optional<Running> running(String pod) {
        return runs.values().stream()
                .filter(r -> r.name().equals(pod) && !r.over())
                .findFirst()
                .map(r -> new Running(r.address(), r.group(), r.used(), r.limit()));
    }

    /**
     * Processes in the cgroup of a pod that the kernel has killed for want of memory; empty of one
     * that is not known.
     */
    public Optional<Long> kills(String pod) {
        return runs.values().stream()
                .filter(r -> r.name().equals(pod))
                .map(PodRun::kills)
                .findFirst()
                .or(() -> Optional.ofNullable(kills.get(pod)));
    }

    /**
     * A running pod.
     *
     * @param address where it answers
     * @param group its cgroup, where it is limited
     * @param used bytes that it holds and the kernel cannot reclaim; empty while it has no process
     * @param limit bytes that it may hold
     */
    public record Running(
            URI address, Optional<MemoryGroup> group, OptionalLong used, long limit) {}

    /** Stops all pods, and waits until they have ended. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        runs.values().forEach(r -> r.stop(CLOSING_GRACE_SECONDS));
        runs.values().forEach(Kubelet::join);
        runs.values().forEach(PodRun::clean);
    }

    private static void join(PodRun run) {
        try {
            run.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
