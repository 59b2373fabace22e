package io.brainmatrix.pod.lifecycle;

import static org.awaitility.Awaitility.await;

import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.pod.engine.LlamaEngine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A whole pod as a process of its own: its life from the black box to the last exit code, a
 * generated chain model in the real engine. Only its cgroup and the node's memory are files of the
 * test, so that it needs no rights and a busy machine does not press it.
 */
final class PodProcess implements AutoCloseable {
    private final Path folder;
    private final Process process;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();

    private PodProcess(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    /**
     * What is run.
     *
     * @param model file; empty for a chain model that is generated
     * @param ram bytes of the budget, and of the limit
     * @param silence as {@code engine.silenceTimeout}; empty for the usual one
     * @param standIn whether {@link StandIn} answers in place of llama.cpp
     * @param mind JSON of one; empty for none
     */
    record Options(
            Optional<Path> model,
            long ram,
            Optional<String> silence,
            boolean standIn,
            Optional<String> mind) {
        static final long RAM = 512L << 20;

        static Options usual() {
            return new Options(Optional.empty(), RAM, Optional.empty(), false, Optional.empty());
        }

        Options of(Path file) {
            return new Options(Optional.of(file), ram, silence, standIn, mind);
        }

        Options standIn(String silenceTimeout) {
            return new Options(model, ram, Optional.of(silenceTimeout), true, mind);
        }

        Options mind(String json) {
            return new Options(model, ram, silence, standIn, Optional.of(json));
        }
    }

    /** The process's own entry: a folder, a port, and whether a stand-in answers. */
    static final class Entry {
        private Entry() {}

        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[0]);
            Life.begin(
                    new Life.Surroundings(
                            Files.readString(folder.resolve("config.json")),
                            folder.resolve("proc"),
                            folder.resolve("cgroup"),
                            folder.resolve("termination-log"),
                            folder.resolve("scratch"),
                            folder.resolve("token"),
                            folder.resolve("mind"),
                            new InetSocketAddress(Integer.parseInt(arguments[1]))),
                    Boolean.parseBoolean(arguments[2]) ? StandIn.loader() : LlamaEngine.loader());
        }
    }

    private static String config(Path model, Options options) {
        return """
               {"namespace":"brains","matrix":"glass-jar","instance":"subject","life":1,"priority":0,
                "budget":{"ram":%d},"model":{"path":"%s","source":"hostPath /models/chain.gguf"},
                "engine":{"contextLength":1024,"threads":1,"parallel":2,"batchSize":64,"cacheTypeK":"f16","cacheTypeV":"f16"%s}%s}
               """
                .formatted(
                        options.ram(),
                        model,
                        options.silence().map(", \"silenceTimeout\":\"%s\""::formatted).orElse(""),
                        options.mind().map(",\"mind\":%s"::formatted).orElse(""));
    }

    /** Starts one with a generated chain model and waits until it serves. */
    static PodProcess serving(Path folder, String token) throws IOException {
        Files.writeString(folder.resolve("token"), token);
        return serving(folder, Options.usual());
    }

    /** Starts one and waits until it serves. */
    static PodProcess serving(Path folder, Options options) throws IOException {
        PodProcess pod = started(folder, options);
        await().atMost(Duration.ofMinutes(1)).until(pod::isServing);
        return pod;
    }

    /** Starts one. */
    static PodProcess started(Path folder, Options options) throws IOException {
        Path scratch = Files.createDirectory(folder.resolve("scratch"));
        Path cgroup = Files.createDirectory(folder.resolve("cgroup"));
        Files.writeString(cgroup.resolve("memory.max"), options.ram() + "\n");
        Files.writeString(cgroup.resolve("memory.stat"), "anon 67108864\nshmem 0\nunevictable 0\n");
        Path proc = Files.createDirectory(folder.resolve("proc"));
        Path self = Files.createDirectory(proc.resolve("self"));
        Files.writeString(self.resolve("cgroup"), "0::/\n");
        Files.createSymbolicLink(self.resolve("status"), Path.of("/proc/self/status"));
        Files.createSymbolicLink(self.resolve("fd"), Path.of("/proc/self/fd"));
        Files.writeString(
                proc.resolve("meminfo"),
                """
                MemTotal:       16777216 kB
                MemFree:         8388608 kB
                MemAvailable:   12582912 kB
                """);
        Files.createSymbolicLink(proc.resolve("net"), Path.of("/proc/net"));
        Path model = options.model().orElse(folder.resolve("chain.gguf"));
        if (options.model().isEmpty()) {
            ModelFile.write(model, ModelSpec.tinyChain(), done -> {});
        }
        Files.writeString(folder.resolve("config.json"), config(model, options));
        int port = freePort();
        ProcessBuilder builder =
                new ProcessBuilder(
                                ImageCommand.of(
                                        scratch,
                                        Entry.class.getName(),
                                        folder.toString(),
                                        Integer.toString(port),
                                        Boolean.toString(options.standIn())))
                        .directory(folder.toFile()) // where a core would be
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("output.log").toFile());
        ImageCommand.environment(builder.environment());
        return new PodProcess(folder, builder.start(), port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Waits for either; false when it has ended. */
    boolean servesOrEnds() {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !process.isAlive() || isReady());
        return process.isAlive();
    }

    private boolean isServing() throws InterruptedException {
        if (!process.isAlive()) {
            throw new IllegalStateException("the pod ended with " + process.exitValue());
        }
        return isReady();
    }

    private boolean isReady() throws InterruptedException {
        try {
            return get("/health/ready").statusCode() == 200;
        } catch (IOException e) {
            return false; // it does not listen yet
        }
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String authorization, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url() + path))
                        .header("Authorization", authorization)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Ends it as the kubelet does; returns its exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("it does not end");
        }
        return process.exitValue();
    }

    /** Ends it as the kernel does; returns when nothing is left of it. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return port;
    }

    /** What a JVM or the kernel leaves of a process that crashed. */
    List<Path> debris() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(f -> f.getFileName().toString().matches("(hs_err|core|replay).*"))
                    .toList();
        }
    }

    /** Where its words end up; the model and the token's own file are left out. */
    List<Path> written() {
        return List.of(file("output.log"), file("termination-log"), file("scratch/engine.log"));
    }

    @Override
    public void close() {
        http.shutdownNow();
        process.destroyForcibly();
        process.onExit().join();
    }
}
