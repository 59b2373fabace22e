package io.brainmatrix.pod.limited;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.memory.footprint.EngineSettings;
import io.brainmatrix.pod.memory.LoadGuardPolicy;
import io.brainmatrix.pod.memory.Samples;
import io.brainmatrix.pod.memory.ServingPolicy;
import java.io.IOException;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The inference pod as its image starts it, in a cgroup of its own, watched from outside. */
public final class LimitedPod implements AutoCloseable {
    /** By which its guard tells it from others of its priority. */
    public static final String IDENTITY = "bench/packaged/shape";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LOOK_NANOS = 10_000_000L;
    private static final Duration LOADED_WITHIN = Duration.ofMinutes(3);
    private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(5);

    /** One token each in the generator's vocabulary. */
    private static final List<String> WORDS = List.of("the", "quick", "brown", "fox");

    /** Tokens of the answer, and BOS. */
    private static final int SPARE = 5;

    private final Path directory;
    private final OwnCgroup cgroup;
    private final ServingPolicy.Bounds bounds;
    private final Process process;
    private final URI server;
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile boolean serving;
    private volatile long peak;
    private volatile long peakOfLoad;
    private final AtomicInteger alarms = new AtomicInteger();

    /**
     * Starts it in a cgroup that is closed with it.
     *
     * @param entrypoint the image's, with its paths replaced by those of this machine
     * @param directory empty, for what it writes
     * @param life what it is told
     */
    public LimitedPod(List<String> entrypoint, Path directory, OwnCgroup cgroup, Life life)
            throws IOException {
        this.directory = directory;
        this.cgroup = cgroup;
        this.bounds = new ServingPolicy.Bounds(life.budget(), life.predicted(), 0, 0, IDENTITY);
        int port = freePort();
        server = URI.create("http://127.0.0.1:" + port);
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        // The shell moves itself before it becomes the JVM: not one page is charged elsewhere.
        List<String> command = new ArrayList<>(cgroup.into());
        entrypoint.forEach(word -> command.add(word.replace("/scratch", scratch.toString())));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("pod.log").toFile());
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        builder.environment().put("MALLOC_MMAP_THRESHOLD_", "1048576");
        builder.environment().put("BRAINMATRIX_PORT", Integer.toString(port));
        Path terminationLog = Files.createFile(directory.resolve("termination-log"));
        builder.environment().put("BRAINMATRIX_TERMINATION_LOG", terminationLog.toString());
        builder.environment().put("BRAINMATRIX_INSTANCE", config(life));
        process = builder.start();
        Thread sampler = new Thread(this::sample, "sampler");
        sampler.setPriority(Thread.MAX_PRIORITY);
        sampler.setDaemon(true);
        sampler.start();
    }

    /**
     * What a pod is told; bytes.
     *
     * @param batch prompt tokens evaluated together
     * @param predicted for judging its load from outside; the pod does its own arithmetic
     * @param nodeReserve that it is told to keep free
     */
    public record Life(
            Path model,
            EngineSettings engine,
            int batch,
            long predicted,
            long budget,
            long nodeReserve) {}

    private static String config(Life life) throws IOException {
        return JSON.writeValueAsString(
                Map.of(
                        "namespace",
                        "bench",
                        "matrix",
                        "packaged",
                        "instance",
                        "shape",
                        "life",
                        1,
                        "priority",
                        0,
                        "nodeReserve",
                        life.nodeReserve(),
                        "budget",
                        Map.of("ram", life.budget()),
                        "model",
                        Map.of("path", life.model().toString(), "source", life.model().toString()),
                        "engine",
                        Map.of(
                                "contextLength", life.engine().contextLength(),
                                "parallel", life.engine().parallel(),
                                "batchSize", life.batch(),
                                "cacheTypeK", life.engine().cacheTypeK().ggmlName(),
                                "cacheTypeV", life.engine().cacheTypeV().ggmlName(),
                                "flashAttention", life.engine().flashAttention())));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void sample() {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        Samples samples = new Samples();
        while (process.isAlive()) {
            try {
                long anonymous = anonymous(status);
                peak = Math.max(peak, anonymous);
                if (!serving) {
                    peakOfLoad = peak;
                    samples.add(0, System.nanoTime(), anonymous, 0, 0, Long.MAX_VALUE);
                    if (LoadGuardPolicy.judge(samples, bounds) != ServingPolicy.Cause.None) {
                        alarms.incrementAndGet();
                    }
                }
            } catch (IOException e) {
                return; // it has ended
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static long anonymous(Path status) throws IOException {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(l -> l.startsWith("RssAnon:"))
                    .map(l -> l.replaceAll("\\D", ""))
                    .mapToLong(kib -> Long.parseLong(kib) << 10)
                    .findFirst()
                    .orElse(0);
        }
    }

    /** Waits for the first token; false when the process has ended before. */
    public boolean serves() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LOADED_WITHIN.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                HttpResponse<String> ready =
                        client.send(
                                HttpRequest.newBuilder(server.resolve("/health/ready")).build(),
                                HttpResponse.BodyHandlers.ofString());
                if (ready.statusCode() == 200) {
                    serving = true;
                    return true;
                }
            } catch (java.net.ConnectException e) {
                // not listening yet
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return false;
    }

    /**
     * Fills the part of the context that each slot has, all at the same time; each with another
     * word, so that none takes over what another's slot has computed.
     */
    public void fill(int context, int parallel) throws IOException {
        int words = context / parallel - SPARE;
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (String word : WORDS.subList(0, parallel)) {
            String body =
                    JSON.writeValueAsString(
                            Map.of(
                                    "prompt",
                                    String.join(" ", Collections.nCopies(words, word)),
                                    "max_tokens",
                                    SPARE - 1,
                                    "temperature",
                                    0));
            HttpRequest request =
                    HttpRequest.newBuilder(server.resolve("/v1/completions"))
                            .timeout(ANSWERED_WITHIN)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build();
            answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            HttpResponse<String> got = answer.join();
            int prompt = JSON.readTree(got.body()).at("/usage/prompt_tokens").asInt();
            if (got.statusCode() != 200 || prompt != words + 1) {
                throw new IOException(
                        "%d instead of a filled context of %d: %s"
                                .formatted(got.statusCode(), words, got.body()));
            }
        }
    }

    /** The most anonymous memory that it has had, in bytes. */
    public long peak() {
        return peak;
    }

    /** Likewise until it served. */
    public long peakOfLoad() {
        return peakOfLoad;
    }

    /** Looks at which the guard's rule would have ended this load. */
    public int alarms() {
        return alarms.get();
    }

    /** The process itself. */
    public Process process() {
        return process;
    }

    /** Where its memory is counted. */
    public OwnCgroup cgroup() {
        return cgroup;
    }

    /** What it has said so far. */
    public String log() throws IOException {
        return Files.readString(directory.resolve("pod.log"));
    }

    /** Where it answers. */
    public URI server() {
        return server;
    }

    /** What it left as its termination message, without the padding. */
    public String terminationMessage() throws IOException {
        return Files.readString(directory.resolve("termination-log")).strip();
    }

    /** How it ended, in its own words; empty while it lives. */
    public String ending() throws IOException {
        if (process.isAlive()) {
            return "";
        }
        String record = terminationMessage();
        String message = record.isBlank() ? "" : JSON.readTree(record).path("message").asText();
        return "exit %d: %s".formatted(process.exitValue(), message);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
        cgroup.close();
    }
}
