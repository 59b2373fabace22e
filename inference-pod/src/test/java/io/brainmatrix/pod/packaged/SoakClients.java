package io.brainmatrix.pod.packaged;

import io.brainmatrix.pod.http.HostileRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Who asks the pod of a soak, each one request after the other, and what came of it. */
final class SoakClients {
    /** What is asked for. */
    enum Load {
        /** Short, long, streamed, cancelled (a quarter) and hostile requests. */
        MIXED,

        /** All fill their slot to its last cell, and a quarter of them is cancelled. */
        FULL
    }

    private static final int ANSWER = 60;

    /** What the pod puts before a prompt, and cells that it keeps. */
    private static final int BESIDE = 8;

    private static final int READ_TIMEOUT_MILLIS = 120_000;

    private final int port;
    private final Load load;
    private final String fullPrompt;
    private final Map<String, AtomicInteger> counts = new ConcurrentSkipListMap<>();
    private final List<Thread> asking = new ArrayList<>();
    private volatile boolean stopped;

    /**
     * @param context cells of one slot
     */
    SoakClients(int port, Load load, int context) {
        this.port = port;
        this.load = load;
        this.fullPrompt = String.join(" ", Collections.nCopies(context - ANSWER - BESIDE, "the"));
    }

    /** Has so many ask until they are stopped. */
    void start(int clients, SplittableRandom random) {
        stopped = false;
        for (int i = 0; i < clients; i++) {
            SplittableRandom own = random.split();
            asking.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!stopped) {
                                            request(own);
                                        }
                                    }));
        }
    }

    /** Returns once everybody has the last answer. */
    void stop() throws InterruptedException {
        stopped = true;
        for (Thread client : asking) {
            client.join();
        }
        asking.clear();
    }

    /** Requests by kind and outcome. */
    Map<String, AtomicInteger> counts() {
        return counts;
    }

    int all() {
        return counts.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    void forget() {
        counts.clear();
    }

    /** What should not have come of a request. */
    List<String> wrong() {
        List<String> wrong = new ArrayList<>();
        for (String outcome : counts.keySet()) {
            boolean ours = outcome.matches("(short|long|streamed|full) .*");
            if (outcome.startsWith("failed")
                    || outcome.endsWith(" 500")
                    || (ours && !outcome.endsWith(" 200"))) {
                wrong.add("%s: %s".formatted(outcome, counts.get(outcome)));
            }
        }
        int cancelled = counts.getOrDefault("cancelled", new AtomicInteger()).get();
        if (cancelled < all() / 5) {
            wrong.add("only %d of %d cancelled".formatted(cancelled, all()));
        }
        return wrong;
    }

    /** One that fills a slot. */
    void fill() throws IOException {
        ask(fullPrompt, ANSWER, false, -1);
    }

    private void request(SplittableRandom random) {
        String outcome;
        try {
            outcome = load == Load.FULL ? full(random) : mixed(random);
        } catch (IOException e) {
            outcome = "failed " + e.getMessage();
        }
        counts.computeIfAbsent(outcome, o -> new AtomicInteger()).incrementAndGet();
    }

    private String full(SplittableRandom random) throws IOException {
        if (random.nextInt(4) == 0) {
            ask(fullPrompt, ANSWER, random.nextBoolean(), random.nextInt(600));
            return "cancelled";
        }
        String answer = ask(fullPrompt, ANSWER, false, -1);
        boolean whole = answer.contains("\"completion_tokens\":" + ANSWER);
        return "full " + (whole || !status(answer).equals("200") ? status(answer) : "shortened");
    }

    private String mixed(SplittableRandom random) throws IOException {
        int kind = random.nextInt(20);
        if (kind < 6) {
            return "short " + status(ask("the quick", random.nextInt(1, 9), false, -1));
        }
        if (kind < 7) {
            return "long " + status(ask(fullPrompt, ANSWER, random.nextBoolean(), -1));
        }
        if (kind < 13) {
            return "streamed " + status(ask("a lazy dog", 64, true, -1));
        }
        if (kind < 18) {
            ask("the quick", 512, random.nextBoolean(), random.nextInt(600));
            return "cancelled";
        }
        HostileRequest hostile = HostileRequest.next(random);
        try {
            return "hostile "
                    + status(
                            send(
                                    hostile.method(),
                                    hostile.path(),
                                    hostile.headers(),
                                    hostile.bytes(),
                                    hostile.announced(),
                                    hostile.patience()));
        } catch (IOException e) {
            return "hostile closed";
        }
    }

    private static String status(String answer) {
        return answer.startsWith("HTTP/1.1 ") ? answer.substring(9, 12) : "gone";
    }

    /** The answer as far as it is read: its first {@code patience} bytes, or all. */
    String ask(String prompt, int tokens, boolean stream, int patience) throws IOException {
        byte[] body =
                "{\"prompt\":\"%s\",\"max_tokens\":%d,\"temperature\":0,\"stream\":%b}"
                        .formatted(prompt, tokens, stream)
                        .getBytes(StandardCharsets.UTF_8);
        return send("POST", "/v1/completions", List.of(), body, body.length, patience);
    }

    private String send(
            String method,
            String path,
            List<String> headers,
            byte[] body,
            int announced,
            int patience)
            throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            StringBuilder head =
                    new StringBuilder(
                            "%s %s HTTP/1.1\r\nHost: pod\r\nConnection: close\r\nContent-Length: %d\r\n"
                                    .formatted(method, path, announced));
            headers.forEach(h -> head.append(h).append("\r\n"));
            socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body);
            InputStream in = socket.getInputStream();
            byte[] read = patience < 0 ? in.readAllBytes() : in.readNBytes(patience);
            return new String(read, StandardCharsets.UTF_8);
        }
    }
}
