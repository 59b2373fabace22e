package io.brainmatrix.embedded.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.brainmatrix.embedded.api.ApiException;
import io.brainmatrix.embedded.api.Deletion;
import io.brainmatrix.embedded.api.Kind;
import io.brainmatrix.embedded.api.Store;
import io.brainmatrix.memory.MemInfo;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One bound pod, from its volumes to its end: a process of this machine. One thread each. */
final class PodRun {
    private static final System.Logger LOG = System.getLogger(PodRun.class.getName());
    private static final long LOOK_MILLIS = 50;
    private static final long MOUNT_AGAIN_NANOS = 1_000_000_000L;

    /** As a kubelet reads. */
    private static final int MESSAGE_MAX_BYTES = 4096;

    /** Of a container that may have most of a node's memory, as the kubelet's own formula. */
    private static final int SCORE_MIN = 2;

    private static final int SCORE_MAX = 999;

    private final Store store;
    private final Machine machine;
    private final Clock clock;
    private final ObjectNode pod;
    private final String namespace;
    private final String name;
    private final String uid;
    private final String address;
    private final Path directory;
    private volatile @Nullable MemoryGroup group;
    private volatile @Nullable Process process;
    private volatile @Nullable Long graceSeconds;
    private final Thread thread;
    private volatile boolean over;
    private volatile long kills;
    private PodState state;

    PodRun(Store store, Machine machine, Clock clock, ObjectNode pod, String address) {
        this.store = store;
        this.machine = machine;
        this.clock = clock;
        this.pod = pod;
        this.namespace = pod.at("/metadata/namespace").asText();
        this.name = pod.at("/metadata/name").asText();
        this.uid = pod.at("/metadata/uid").asText();
        this.address = address;
        this.directory = machine.directory().resolve("pods").resolve(uid);
        this.state = PodState.creating(machine.hostAddress(), address, clock.instant());
        this.thread = Thread.ofPlatform().name("pod-" + name).daemon().unstarted(this::run);
    }

    String name() {
        return name;
    }

    /** Where it answers. */
    URI address() {
        return URI.create("http://%s:%d".formatted(address, machine.port()));
    }

    /** The cgroup of its process, while there is one. */
    Optional<MemoryGroup> group() {
        return Optional.ofNullable(group);
    }

    /** Processes in its cgroup that the kernel killed for want of memory, so far. */
    long kills() {
        return kills;
    }

    /** Whether its thread has nothing left to do. */
    boolean over() {
        return over;
    }

    /**
     * Ends its process: asks it to, and kills it once the grace is over. A second call shortens.
     */
    void stop(long grace) {
        Long present = graceSeconds;
        graceSeconds =
                present == null ? Long.valueOf(grace) : Long.valueOf(Math.min(present, grace));
    }

    void begin() {
        thread.start();
    }

    /** Waits until it is over. */
    void join() throws InterruptedException {
        thread.join();
    }

    private void run() {
        try {
            write();
            live();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "Pod " + name + " is given up", e);
            end(new PodState.End(clock.instant(), 128, false, String.valueOf(e.getMessage())));
        } finally {
            over = true;
        }
    }

    private void live() throws IOException, InterruptedException {
        Optional<Map<String, Path>> mounts = mounts();
        if (mounts.isEmpty()) {
            end(new PodState.End(clock.instant(), 137, false, "")); // stopped before it began
            return;
        }
        Path terminationLog = directory.resolve("termination-log");
        Files.createDirectories(directory);
        Files.writeString(terminationLog, "");
        Process begun = start(mounts.get(), terminationLog);
        process = begun;
        MemoryGroup limited = group;
        try {
            state = state.running(clock.instant());
            write();
            watch(begun);
            int code = begun.waitFor();
            Instant at = clock.instant();
            kills = limited == null ? 0 : limited.kills();
            end(new PodState.End(at, code, kills > 0, lastWords(terminationLog)));
        } finally {
            begun.destroyForcibly();
            begun.waitFor();
            process = null;
            if (limited != null) {
                limited.remove();
            }
            group = null;
        }
    }

    /** Empty when it is stopped before they are there. */
    private Optional<Map<String, Path>> mounts() throws IOException {
        Volumes volumes = new Volumes(store);
        String told = "";
        while (graceSeconds == null) {
            try {
                return Optional.of(volumes.mounts(pod, directory));
            } catch (MountException e) {
                String why = String.valueOf(e.getMessage());
                if (!why.equals(told)) {
                    event("FailedMount", why);
                    told = why;
                }
                LockSupport.parkNanos(MOUNT_AGAIN_NANOS);
            }
        }
        return Optional.empty();
    }

    private Process start(Map<String, Path> mounts, Path terminationLog) throws IOException {
        long limit = bytes("limits");
        List<String> command = new ArrayList<>();
        if (machine.limits().isPresent()) {
            MemoryGroup made =
                    machine.limits()
                            .get()
                            .make(name, limit > 0 ? OptionalLong.of(limit) : OptionalLong.empty());
            group = made;
            command.addAll(made.into());
        }
        command.addAll(detached(score(bytes("requests"))));
        Path scratch = mounts.getOrDefault("/scratch", directory);
        command.addAll(machine.command(name, scratch));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(log().toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(machine.environment());
        environment.putAll(machine.image().environment());
        PodPaths paths = new PodPaths(mounts);
        for (JsonNode variable : pod.at("/spec/containers/0/env")) {
            environment.put(
                    variable.path("name").asText(), paths.here(variable.path("value").asText("")));
        }
        environment.put("BRAINMATRIX_ADDRESS", address);
        environment.put("BRAINMATRIX_PORT", Integer.toString(machine.port()));
        environment.put("BRAINMATRIX_TERMINATION_LOG", terminationLog.toString());
        return builder.start();
    }

    /**
     * A session of its own, so that a terminal's interrupt ends it in its turn; and, as a kubelet
     * does, a word to the kernel whom to take first.
     */
    static List<String> detached(int score) {
        return List.of(
                "sh",
                "-c",
                "echo \"$0\" >/proc/self/oom_score_adj; exec setsid \"$@\"",
                Integer.toString(score));
    }

    private int score(long request) throws IOException {
        long capacity = MemInfo.read(Path.of("/proc")).total();
        return Math.clamp(1000 - 1000 * request / capacity, SCORE_MIN, SCORE_MAX);
    }

    private long bytes(String which) {
        JsonNode memory = pod.at("/spec/containers/0/resources").path(which).path("memory");
        return memory.isMissingNode()
                ? 0
                : Quantity.getAmountInBytes(new Quantity(memory.asText()))
                        .setScale(0, RoundingMode.DOWN)
                        .max(BigDecimal.ZERO)
                        .longValueExact();
    }

    /** Its output, kept after its end. */
    Path log() throws IOException {
        return Files.createDirectories(machine.directory().resolve("logs")).resolve(name + ".log");
    }

    /** Bytes that it holds and the kernel cannot reclaim; empty while it does not run. */
    OptionalLong used() {
        MemoryGroup limited = group;
        Process present = process;
        try {
            if (limited != null) {
                return OptionalLong.of(limited.used());
            }
            return present == null ? OptionalLong.empty() : OptionalLong.of(anonymous(present));
        } catch (IOException e) {
            return OptionalLong.empty(); // it has just ended
        }
    }

    /** Its limit in bytes; 0 when it has none. */
    long limit() {
        return bytes("limits");
    }

    private static long anonymous(Process running) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(running.pid()), "status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    /** Where the kernel keeps no limit this does, late and in vain where something is fast. */
    private boolean beyondLimit() {
        return group == null && limit() > 0 && used().orElse(0) > limit();
    }

    private void watch(Process running) throws InterruptedException {
        JsonNode container = pod.at("/spec/containers/0");
        long began = System.nanoTime();
        Probe startup = Probe.of(container.path("startupProbe"), address(), began);
        Probe readiness = Probe.of(container.path("readinessProbe"), address(), began);
        Probe liveness = Probe.of(container.path("livenessProbe"), address(), began);
        boolean asked = false;
        long killAt = Long.MAX_VALUE;
        while (!running.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            long now = System.nanoTime();
            Long grace = graceSeconds;
            if (grace != null) {
                if (!asked) {
                    asked = true;
                    began = now;
                    running.destroy();
                }
                killAt = began + TimeUnit.SECONDS.toNanos(grace);
            }
            if (now >= killAt || beyondLimit()) {
                running.destroyForcibly();
            }
            if (asked) {
                continue;
            }
            if (!startup.succeeds()) {
                startup.look(now);
            }
            boolean started = state.everStarted() || startup.succeeds();
            if (started) {
                readiness.look(now);
                liveness.look(now);
            }
            tell(started, started && readiness.succeeds());
            if (startup.failed() || liveness.failed()) {
                event("Unhealthy", (startup.failed() ? "Startup" : "Liveness") + " probe failed");
                stop(pod.at("/spec/terminationGracePeriodSeconds").asLong(30));
            }
        }
    }

    private void tell(boolean started, boolean ready) {
        if (started != state.everStarted() || ready != state.ready()) {
            state = state.probed(started, ready);
            write();
        }
    }

    private static String lastWords(Path log) throws IOException {
        byte[] all = Files.readAllBytes(log);
        int from = Math.max(0, all.length - MESSAGE_MAX_BYTES);
        return new String(all, from, all.length - from, StandardCharsets.UTF_8);
    }

    private void end(PodState.End how) {
        state = state.ended(how);
        write();
        boolean deleting =
                store.get(Kind.POD, namespace, name)
                        .filter(p -> p.at("/metadata/uid").asText().equals(uid))
                        .filter(p -> p.at("/metadata/deletionTimestamp").isTextual())
                        .isPresent();
        if (deleting) {
            forget();
        }
    }

    /** Tells the API server that nothing of it runs any more. */
    void forget() {
        try {
            store.delete(Kind.POD, namespace, name, new Deletion(0L, uid, null));
        } catch (ApiException e) {
            LOG.log(System.Logger.Level.DEBUG, "Pod {0} has gone already", name);
        }
    }

    /** Removes what its process wrote, but its log. */
    void clean() {
        try {
            Trees.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }

    private void write() {
        try {
            store.change(
                    Kind.POD,
                    namespace,
                    name,
                    true,
                    present -> {
                        if (!present.at("/metadata/uid").asText().equals(uid)) {
                            return present; // a later pod of that name
                        }
                        ObjectNode wanted = present.deepCopy();
                        wanted.set("status", state.status(present, clock.instant()));
                        return wanted;
                    });
        } catch (ApiException e) {
            LOG.log(System.Logger.Level.DEBUG, "Pod {0} has gone already", name);
        }
    }

    private void event(String reason, String message) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        String now = clock.instant().toString();
        event.putObject("metadata").put("generateName", name + ".");
        event.putObject("involvedObject")
                .put("apiVersion", "v1")
                .put("kind", "Pod")
                .put("namespace", namespace)
                .put("name", name)
                .put("uid", uid);
        event.put("type", "Warning").put("reason", reason).put("message", message).put("count", 1);
        event.put("firstTimestamp", now).put("lastTimestamp", now);
        event.putObject("source").put("component", "embedded-kubelet");
        try {
            store.create(Kind.EVENT, namespace, event);
        } catch (ApiException e) {
            LOG.log(System.Logger.Level.DEBUG, "no Event: {0}", e.getMessage());
        }
    }
}
