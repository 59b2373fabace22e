package io.brainmatrix.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.brainmatrix.embedded.api.ApiServer;
import io.brainmatrix.embedded.api.Kind;
import io.brainmatrix.embedded.api.Store;
import io.brainmatrix.embedded.kubelet.Child;
import io.brainmatrix.embedded.kubelet.Kubelet;
import io.brainmatrix.embedded.kubelet.Limits;
import io.brainmatrix.embedded.kubelet.Machine;
import io.brainmatrix.embedded.kubelet.ProgramImage;
import io.brainmatrix.embedded.kubelet.Trees;
import io.brainmatrix.memory.MemInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of one node on this machine: the API server and the kubelet in this process, the
 * packaged operator and agent as processes beside it, and each pod as one. Closing it leaves
 * nothing: no process, cgroup or file.
 */
public final class EmbeddedNode implements AutoCloseable {
    /** The node's name. */
    public static final String NODE = "embedded";

    /** Where the operator keeps its Leases. */
    public static final String SYSTEM = "brainmatrix-system";

    /** Two small JVMs on a slow board. */
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private static final String NETWORK = network(ProcessHandle.current().pid());
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Settings settings;
    private final Store store;
    private final ApiServer api;
    private @Nullable Kubelet kubelet;
    private @Nullable Child operator;
    private @Nullable Child agent;

    /**
     * What it is to be.
     *
     * @param root of the source tree, built
     * @param directory of its own, which it makes and removes
     * @param models directory that {@code model.hostPath} may be below
     * @param limits absent: pods have no limit that the kernel keeps, only their guards
     * @param podPort that pods and the operator listen on; the agent on the next
     * @param unguarded which pods, by name, are to run with their guard off
     */
    public record Settings(
            Path root,
            Path directory,
            Path models,
            Optional<Limits> limits,
            int podPort,
            Predicate<String> unguarded) {}

    private EmbeddedNode(Settings settings, Clock clock) throws IOException {
        this.settings = settings;
        this.store = new Store(clock);
        this.api =
                ApiServer.start(
                        store, clock, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /**
     * Starts all of it; returns once operator and agent are ready.
     *
     * @throws IOException with what to change when something is in the way; nothing is left then
     */
    public static EmbeddedNode start(Settings settings, Clock clock)
            throws IOException, InterruptedException {
        EmbeddedNode node = new EmbeddedNode(settings, clock);
        boolean begun = false;
        try {
            node.begin(clock);
            begun = true;
            return node;
        } finally {
            if (!begun) {
                node.close();
            }
        }
    }

    /** Loopback addresses of this process: two nodes of one machine do not meet. */
    private static String network(long pid) {
        return "127.%d.%d.".formatted(64 + pid / 256 % 128, pid % 256);
    }

    private void begin(Clock clock) throws IOException, InterruptedException {
        requirePorts(settings.podPort());
        Files.createDirectories(settings.directory());
        define(settings.root().resolve("helm/brainmatrix/crds"));
        namespace("default");
        namespace(SYSTEM);
        Programs programs = new Programs(settings.root());
        ProgramImage packaged = programs.image("inference-pod");
        Map<String, String> environment = environment();
        Machine machine =
                new Machine(
                        settings.directory(),
                        settings.limits().isPresent()
                                ? packaged
                                : instead(packaged, UnlimitedPod.class),
                        instead(packaged, UnguardedPod.class),
                        // Where only the guard keeps the budget nobody is without one.
                        pod -> settings.limits().isPresent() && settings.unguarded().test(pod),
                        programs.inference(settings.directory()),
                        NETWORK,
                        settings.podPort(),
                        settings.limits(),
                        environment);
        long free = MemInfo.read(Path.of("/proc")).available();
        kubelet = Kubelet.start(store, machine, NODE, free, clock);
        Path kubeconfig = settings.directory().resolve("kubeconfig");
        Files.writeString(kubeconfig, api.kubeconfig());
        environment.put("KUBECONFIG", kubeconfig.toString());
        agent = agent(programs, environment);
        operator = operator(programs, environment);
        URI operatorAddress = operatorAddress();
        await("operator", operator, operatorAddress.resolve("/q/health/ready"));
        await("agent", agent, agentAddress().resolve("/health/ready"));
    }

    private static ProgramImage instead(ProgramImage image, Class<?> main) {
        return image.with("io.brainmatrix.pod.Main", main.getName(), Programs.own());
    }

    private Child agent(Programs programs, Map<String, String> environment) throws IOException {
        var image = programs.image("node-agent");
        Map<String, String> own = new HashMap<>(environment);
        own.putAll(image.environment());
        own.put("NODE_NAME", NODE);
        own.put("BRAINMATRIX_ADDRESS", agentAddress().getHost());
        own.put("BRAINMATRIX_PORT", Integer.toString(agentPort()));
        own.put("BRAINMATRIX_POD_PORT", Integer.toString(settings.podPort()));
        return Child.start(
                "node-agent",
                image.command(programs.agent()),
                own,
                settings.directory().resolve("logs"),
                settings.limits());
    }

    private Child operator(Programs programs, Map<String, String> environment) throws IOException {
        var image = programs.image("operator");
        Map<String, String> own = new HashMap<>(environment);
        own.putAll(image.environment());
        own.put("QUARKUS_HTTP_HOST", operatorAddress().getHost());
        own.put("QUARKUS_HTTP_PORT", Integer.toString(settings.podPort()));
        own.put("BRAINMATRIX_NAMESPACE", SYSTEM);
        own.put("BRAINMATRIX_INFERENCE_IMAGE", "inference-pod");
        own.put("BRAINMATRIX_INFERENCE_PULL_POLICY", "Never");
        own.put("BRAINMATRIX_MODEL_DIRECTORIES", settings.models().toString());
        return Child.start(
                "operator",
                image.command(programs.operator()),
                own,
                settings.directory().resolve("logs"),
                settings.limits());
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        for (String kept : new String[] {"PATH", "HOME", "LANG", "LD_LIBRARY_PATH"}) {
            String value = System.getenv(kept);
            if (value != null) {
                environment.put(kept, value);
            }
        }
        return environment;
    }

    private int agentPort() {
        return settings.podPort() + 1;
    }

    private URI agentAddress() {
        return URI.create("http://" + NETWORK + "2:" + agentPort());
    }

    private URI operatorAddress() {
        return URI.create("http://" + NETWORK + "3:" + settings.podPort());
    }

    /**
     * Makes sure that nobody listens on all addresses at one of the ports: that would keep ours
     * from it.
     *
     * @throws IOException with what to change
     */
    public static void requirePorts(int podPort) throws IOException {
        requireFree(podPort);
        requireFree(podPort + 1);
    }

    private static void requireFree(int port) throws IOException {
        try (ServerSocket socket =
                new ServerSocket(port, 1, InetAddress.ofLiteral(NETWORK + "1"))) {
            if (!socket.isBound()) {
                throw new IOException("not bound");
            }
        } catch (IOException e) {
            throw new IOException(
                    "port %d is taken by another program on this machine (%s). Stop it, or choose another: PORT=18080 make quickstart"
                            .formatted(port, e.getMessage()),
                    e);
        }
    }

    private void await(String name, Child child, URI ready)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + READY_WITHIN.toNanos();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(ready).timeout(Duration.ofSeconds(2)).build();
            while (!answers(client, request)) {
                child.check();
                if (System.nanoTime() > until) {
                    throw new IOException(
                            "the %s is not ready within %d s; its last lines:%n%s"
                                    .formatted(name, READY_WITHIN.toSeconds(), child.lastLines()));
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    private static boolean answers(HttpClient client, HttpRequest request)
            throws InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private void define(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.yml")) {
            for (Path file : files) {
                JsonNode definition = new YAMLMapper().readTree(file.toFile());
                store.create(Kind.DEFINITION, "", (ObjectNode) definition);
            }
        }
    }

    private void namespace(String name) {
        ObjectNode namespace = JsonNodeFactory.instance.objectNode();
        namespace.putObject("metadata").put("name", name);
        store.create(Kind.NAMESPACE, "", namespace);
    }

    /** Where its API server answers. */
    public URI api() {
        return api.address();
    }

    /** A kubeconfig that names its API server. */
    public String kubeconfig() {
        return api.kubeconfig();
    }

    /** The file with it, while the node is there. */
    public Path kubeconfigFile() {
        return settings.directory().resolve("kubeconfig");
    }

    /**
     * Operator and agent run.
     *
     * @throws IOException with the last words of one that does not
     */
    public void check() throws IOException {
        for (Child child : new Child[] {started(operator), started(agent)}) {
            child.check();
        }
    }

    /** A pod that runs, by its name. */
    public Optional<Kubelet.Running> running(String pod) {
        return started(kubelet).running(pod);
    }

    /** Processes in a pod's cgroup that the kernel has killed for want of memory. */
    public Optional<Long> kills(String pod) {
        return started(kubelet).kills(pod);
    }

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the node is not started");
        }
        return part;
    }

    /** Ends everything and removes all that it made. */
    @Override
    public void close() throws IOException {
        boolean interrupted = Thread.interrupted(); // ending takes waiting
        try {
            end();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void end() throws IOException {
        // The operator first: it would let in again whom the kubelet stops.
        closeQuietly(operator);
        if (kubelet != null) {
            kubelet.close();
        }
        closeQuietly(agent);
        api.close();
        if (settings.limits().isPresent()) {
            settings.limits().get().close();
        }
        Trees.delete(settings.directory());
    }

    private static void closeQuietly(@Nullable Child child) throws IOException {
        if (child != null) {
            child.close();
        }
    }
}
