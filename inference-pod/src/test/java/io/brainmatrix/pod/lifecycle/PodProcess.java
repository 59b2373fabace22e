package io.brainmatrix.pod.lifecycle;

import static org.awaitility.Awaitility.await;

import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.pod.engine.LlamaEngine;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

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

    /** The process's own entry: a folder and a port. */
    static final class Entry {
        private Entry() {}

        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[0]);
            Life.begin(
                    new Life.Surroundings(
                            config(folder.resolve("chain.gguf")),
                            folder.resolve("proc"),
                            folder.resolve("cgroup"),
                            folder.resolve("termination-log"),
                            folder.resolve("scratch"),
                            folder.resolve("token"),
                            Integer.parseInt(arguments[1])),
                    LlamaEngine.loader());
        }
    }

    private static String config(Path model) {
        return """
               {"namespace":"brains","matrix":"glass-jar","instance":"subject","life":1,"priority":0,
                "budget":{"ram":536870912},"model":{"path":"%s","source":"hostPath /models/chain.gguf"},
                "engine":{"contextLength":1024,"threads":1,"parallel":2,"batchSize":64,"cacheTypeK":"f16","cacheTypeV":"f16"}}
               """
                .formatted(model);
    }

    /** Starts one and waits until it serves. */
    static PodProcess serving(Path folder, String token) throws IOException {
        PodProcess pod = begun(folder, token);
        await().atMost(Duration.ofMinutes(1)).until(pod::isServing);
        return pod;
    }

    /** Starts one; it has hardly begun yet. */
    static PodProcess begun(Path folder, String token) throws IOException {
        Files.writeString(folder.resolve("token"), token);
        Files.createDirectory(folder.resolve("scratch"));
        Path cgroup = Files.createDirectory(folder.resolve("cgroup"));
        Files.writeString(cgroup.resolve("memory.max"), "536870912\n");
        Files.writeString(cgroup.resolve("memory.stat"), "anon 67108864\nshmem 0\nunevictable 0\n");
        Path proc = Files.createDirectory(folder.resolve("proc"));
        Files.writeString(Files.createDirectory(proc.resolve("self")).resolve("cgroup"), "0::/\n");
        Files.writeString(
                proc.resolve("meminfo"),
                """
                MemTotal:       16777216 kB
                MemFree:         8388608 kB
                MemAvailable:   12582912 kB
                """);
        Files.createSymbolicLink(proc.resolve("net"), Path.of("/proc/net"));
        ModelFile.write(folder.resolve("chain.gguf"), ModelSpec.tinyChain(), done -> {});
        int port = freePort();
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx48m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Dde.kherud.llama.tmpdir=" + folder.resolve("scratch"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Entry.class.getName(),
                                folder.toString(),
                                Integer.toString(port))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("output.log").toFile())
                        .start();
        return new PodProcess(folder, process, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private boolean isServing() throws InterruptedException {
        if (!process.isAlive()) {
            throw new IllegalStateException("the pod ended with " + process.exitValue());
        }
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
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("it does not end");
        }
        return process.exitValue();
    }

    /** Ends it as the kernel does; returns when nothing is left of it. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Where its words end up; the model and the token's own file are left out. */
    List<Path> written() {
        return List.of(file("output.log"), file("termination-log"), file("scratch/engine.log"));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        http.close();
    }
}
