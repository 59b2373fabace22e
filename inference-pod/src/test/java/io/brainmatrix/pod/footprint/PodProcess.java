package io.brainmatrix.pod.footprint;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.pod.memory.LoadGuardPolicy;
import io.brainmatrix.pod.memory.MemorySample;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The inference pod as its image starts it, in a memory cgroup of its own whose limit is the
 * budget, watched from outside.
 */
final class PodProcess implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LOOK_NANOS = 10_000_000L;
    private static final Duration LOADED_WITHIN = Duration.ofMinutes(3);
    private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(5);

    /** One token each in the generator's vocabulary. */
    private static final List<String> WORDS = List.of("the", "quick", "brown", "fox");

    /** Tokens of the answer, and BOS. */
    private static final int SPARE = 5;

    private final Path directory;
    private final Path cgroup;
    private final long budget;
    private final long predicted;
    private final Process process;
    private final URI server;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<MemorySample> load = new ArrayList<>();
    private volatile boolean serving;
    private volatile long peak;
    private volatile long peakOfLoad;

    /**
     * Starts it.
     *
     * @param entrypoint the image's, with its paths replaced by those of this machine
     * @param directory empty, for what it writes
     * @param budget bytes, a multiple of a page
     */
    PodProcess(List<String> entrypoint, Path directory, Path model, Shape shape, Budget budget)
            throws IOException {
        this.directory = directory;
        this.budget = budget.required();
        this.predicted = budget.predicted();
        int port = freePort();
        server = URI.create("http://127.0.0.1:" + port);
        cgroup = BenchCgroup.make(budget.required());
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        List<String> command = new ArrayList<>();
        // The shell moves itself before it becomes the JVM: not one page is charged elsewhere.
        command.addAll(List.of("sh", "-c", "echo $$ >\"$0\"/cgroup.procs && exec \"$@\""));
        command.add(cgroup.toString());
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
        builder.environment().put("BRAINMATRIX_INSTANCE", config(model, shape, budget.required()));
        process = builder.start();
        Thread sampler = new Thread(this::sample, "sampler");
        sampler.setPriority(Thread.MAX_PRIORITY);
        sampler.setDaemon(true);
        sampler.start();
    }

    /** What a pod is given: bytes. */
    record Budget(long predicted, long required) {}

    private static String config(Path model, Shape shape, long budget) throws IOException {
        return JSON.writeValueAsString(
                Map.of(
                        "namespace",
                        "bench",
                        "matrix",
                        "footprint",
                        "instance",
                        "shape",
                        "life",
                        1,
                        "priority",
                        0,
                        "budget",
                        Map.of("ram", budget),
                        "model",
                        Map.of("path", model.toString(), "source", model.toString()),
                        "engine",
                        Map.of(
                                "contextLength", shape.context(),
                                "parallel", shape.parallel(),
                                "batchSize", shape.batch(),
                                "cacheTypeK", name(shape.keys()),
                                "cacheTypeV", name(shape.values()),
                                "flashAttention", shape.flashAttention())));
    }

    private static String name(Enum<?> type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void sample() {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        while (process.isAlive()) {
            try {
                long anonymous = anonymous(status);
                peak = Math.max(peak, anonymous);
                if (!serving) {
                    peakOfLoad = peak;
                    synchronized (load) {
                        load.add(new MemorySample(Instant.now(), System.nanoTime(), anonymous, 0));
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
    boolean serves() throws IOException, InterruptedException {
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
    void fill(Shape shape) throws IOException {
        int words = shape.context() / shape.parallel() - SPARE;
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (String word : WORDS.subList(0, shape.parallel())) {
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
    long peak() {
        return peak;
    }

    /** Likewise until it served. */
    long peakOfLoad() {
        return peakOfLoad;
    }

    /** Looks at which the guard's rule would have ended this load. */
    long alarms() {
        synchronized (load) {
            long alarms = 0;
            for (int end = 2; end <= load.size(); end++) {
                alarms +=
                        LoadGuardPolicy.projectionPastLimit(
                                        load.subList(end - 2, end), predicted, budget)
                                .stream()
                                .count();
            }
            return alarms;
        }
    }

    /** How it ended, in its own words; empty while it lives. */
    String ending() throws IOException {
        if (process.isAlive()) {
            return "";
        }
        String record = Files.readString(directory.resolve("termination-log"));
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
        Files.deleteIfExists(cgroup);
    }
}
