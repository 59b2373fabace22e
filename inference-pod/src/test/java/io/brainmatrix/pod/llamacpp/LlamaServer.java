package io.brainmatrix.pod.llamacpp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** llama.cpp's own server before one model: one slot, no mmap, no cache of prompts. */
final class LlamaServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration SERVES_WITHIN = Duration.ofMinutes(2);
    private static final long LOOK_NANOS = 20_000_000L;

    private final Process process;
    private final URI uri;
    private final HttpClient client = HttpClient.newHttpClient();

    private LlamaServer(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /**
     * Starts it and waits until it serves.
     *
     * @param model a file's name in the directory of {@code llamaCpp}
     */
    static LlamaServer serving(
            LlamaCpp llamaCpp, String model, int context, int threads, int batch, Path log)
            throws IOException, InterruptedException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "-m",
                                "/work/" + model,
                                "--port",
                                Integer.toString(port),
                                "-np",
                                "1"));
        arguments.addAll(List.of("-c", Integer.toString(context), "-t", Integer.toString(threads)));
        arguments.addAll(List.of("-b", Integer.toString(batch), "-ub", Integer.toString(batch)));
        arguments.addAll(List.of("-fa", "off", "--load-mode", "none", "--cache-ram", "0"));
        arguments.addAll(List.of("--no-ui", "--fit", "off"));
        Process process =
                llamaCpp.tool("llama-server", arguments)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        LlamaServer server =
                new LlamaServer(process, URI.create("http://127.0.0.1:%d/".formatted(port)));
        long deadline = System.nanoTime() + SERVES_WITHIN.toNanos();
        while (!server.isServing()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("llama-server does not serve; see " + log);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return server;
    }

    private boolean isServing() throws InterruptedException {
        if (!process.isAlive()) {
            throw new IllegalStateException("llama-server ended with " + process.exitValue());
        }
        try {
            return client.send(
                                    HttpRequest.newBuilder(uri.resolve("health")).build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false; // it does not listen yet
        }
    }

    URI uri() {
        return uri;
    }

    /** The process: the shell that entered the root became it. */
    long pid() {
        return process.pid();
    }

    /** Asks and reads the answer whole. */
    JsonNode ask(String path, Object body) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(uri.resolve(path))
                                .header("Content-Type", "application/json")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                JSON.writeValueAsString(body)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("llama-server says " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    @Override
    public void close() {
        client.close();
        process.destroyForcibly();
        process.onExit().join();
    }
}
