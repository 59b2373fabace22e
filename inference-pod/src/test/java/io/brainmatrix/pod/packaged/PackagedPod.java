package io.brainmatrix.pod.packaged;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.memory.footprint.CacheType;
import io.brainmatrix.memory.footprint.EngineSettings;
import io.brainmatrix.memory.footprint.Footprint;
import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.pod.limited.OwnCgroup;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One such pod. Its budget is what its footprint needs, and the limit that its cgroup has. */
public final class PackagedPod implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PAGE = 4096;
    private static final long LOOK_NANOS = 5_000_000L;
    private static final long READY_NANOS = Duration.ofMinutes(3).toNanos();

    private final Path directory;
    private final Footprint footprint;
    private final OwnCgroup cgroup;
    private final Process process;
    private final int port;
    private final HttpClient client = HttpClient.newHttpClient();
    private final double readySeconds;

    /**
     * How the engine is run.
     *
     * @param context tokens over all slots
     */
    public record Engine(int context, int parallel, int threads, int batch) {}

    /**
     * Starts it and waits until it serves.
     *
     * @param entrypoint the image's as JSON, from {@code scripts/pod-runtime}
     * @param directory empty, for what it writes
     */
    public PackagedPod(String entrypoint, Path directory, Path model, Engine engine)
            throws IOException, InterruptedException, GgufException {
        this.directory = directory;
        footprint =
                Footprint.predict(
                        GgufFile.read(model),
                        new EngineSettings(
                                engine.context(),
                                engine.parallel(),
                                Math.min(engine.batch(), 512),
                                CacheType.F16,
                                CacheType.F16,
                                false));
        long budget = (footprint.required() + PAGE - 1) / PAGE * PAGE;
        cgroup = OwnCgroup.make(budget);
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        // The shell moves itself before it becomes the JVM: not one page is charged elsewhere.
        List<String> command = new ArrayList<>(cgroup.into());
        Arrays.stream(JSON.readValue(entrypoint, String[].class))
                .map(word -> word.replace("/scratch", scratch.toString()))
                .forEach(command::add);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("pod.log").toFile());
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        builder.environment().put("MALLOC_MMAP_THRESHOLD_", "1048576");
        builder.environment().put("BRAINMATRIX_PORT", Integer.toString(port));
        Path termination = Files.createFile(directory.resolve("termination-log"));
        builder.environment().put("BRAINMATRIX_TERMINATION_LOG", termination.toString());
        builder.environment().put("BRAINMATRIX_INSTANCE", config(model, engine, budget));
        long begun = System.nanoTime();
        process = builder.start();
        awaitReady(begun + READY_NANOS);
        readySeconds = (System.nanoTime() - begun) / 1e9;
    }

    private static String config(Path model, Engine engine, long budget) throws IOException {
        Map<String, Object> settings =
                Map.of(
                        "contextLength", engine.context(),
                        "parallel", engine.parallel(),
                        "threads", engine.threads(),
                        "batchSize", engine.batch(),
                        "cacheTypeK", "f16",
                        "cacheTypeV", "f16");
        return JSON.writeValueAsString(
                Map.of(
                        "namespace",
                        "bench",
                        "matrix",
                        "packaged",
                        "instance",
                        "pod",
                        "life",
                        1,
                        "priority",
                        0,
                        "nodeReserve",
                        1 << 20,
                        "budget",
                        Map.of("ram", budget),
                        "model",
                        Map.of("path", model.toString(), "source", model.toString()),
                        "engine",
                        settings));
    }

    private void awaitReady(long deadline) throws IOException, InterruptedException {
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IOException(
                        "the pod ended with %d: %s"
                                .formatted(
                                        process.exitValue(),
                                        Files.readString(directory.resolve("pod.log"))));
            }
            try {
                if (get("/health/ready").statusCode() == 200) {
                    return;
                }
            } catch (ConnectException e) {
                // not listening yet
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        throw new IOException("the pod is not ready");
    }

    /** Answers a GET. */
    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri().resolve(path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Where it listens. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The port that it listens on. */
    public int port() {
        return port;
    }

    /** What arithmetic says that it takes. */
    public Footprint footprint() {
        return footprint;
    }

    /** The JVM's: the shell became it. */
    public long pid() {
        return process.pid();
    }

    /** From the process's start to the first answer that it is ready. */
    public double readySeconds() {
        return readySeconds;
    }

    /** What it said, and what the engine did. */
    public Path file(String name) {
        return directory.resolve(name);
    }

    /** Ends it as the kubelet does; its exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    /** A field of {@code /proc/PID/status}; kB are bytes. */
    public long status(String field) throws IOException {
        return status(process.pid(), field);
    }

    /** A field of another process's. */
    public static long status(long pid, String field) throws IOException {
        String line =
                Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                        .filter(l -> l.startsWith(field + ":"))
                        .findFirst()
                        .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) * (line.endsWith("kB") ? 1024 : 1);
    }

    /** Its open file descriptors. */
    public long openFiles() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return open.count();
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        process.destroyForcibly();
        process.onExit().join();
        try {
            cgroup.close();
        } catch (IOException e) {
            System.err.println("left behind: " + cgroup.directory());
        }
    }
}
