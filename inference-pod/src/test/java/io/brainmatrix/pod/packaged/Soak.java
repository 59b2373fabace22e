package io.brainmatrix.pod.packaged;

import io.brainmatrix.modelgenerator.ChainText;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.pod.http.HostileRequest;
import io.brainmatrix.pod.telemetry.MetricsCatalogue;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Short, long, streamed, cancelled and hostile requests against the packaged pod, for as long as
 * asked for. Its first third, at most ten minutes, warms up: every kind of request is seen and the
 * JVM compiles its code. After that, until the end: anonymous memory, looked at every second while
 * requests come, grows by at most 1 % an hour, or in less than an hour by 2 MiB (see {@link
 * Growth}), and is never more than was predicted; file descriptors and threads, before and after
 * with nobody asking anything, are the same ± 2; every request in order has its answer, the text is
 * still exact, and nothing has ended the pod. Exit code 1 otherwise.
 *
 * <p>Arguments: the entrypoint, a folder, minutes, a seed, slots.
 */
final class Soak {
    private static final double MEBIBYTE = 1 << 20;
    private static final int CLIENTS = 4;
    private static final int MODEL_MIB = 4;
    private static final int CONTEXT = 1024;
    private static final int ANSWER = 60;

    /** Words of a prompt that fills a slot, with its answer. */
    private static final int LONG_PROMPT = CONTEXT - ANSWER - 8;

    private static final int SLACK = 2;
    private static final double GROWTH_PER_HOUR = 0.01;

    /** From so many on the bound of an hour holds. */
    private static final double LONG_HOURS = 0.8;

    /** Of a short soak, whose slope is that of compiled code and of chance. */
    private static final double GROWTH_BYTES = 2 << 20;

    private static final int LEAST_REQUESTS = 1000;

    /** In which that many are asked, in less time in proportion. */
    private static final double LEAST_REQUESTS_MINUTES = 60;

    /** The first part warms up, for so many minutes at the most. */
    private static final double WARM_UP = 1 / 3.0;

    private static final double WARM_UP_MINUTES_MAX = 10;

    private static final Duration LOOK = Duration.ofSeconds(1);

    /** Minutes of load after which a line is printed. */
    private static final int TOLD_EVERY = 5;

    /** Of requests whose clients have gone, and connections that linger. */
    private static final Duration CALM_WITHIN = Duration.ofSeconds(30);

    private static final Duration CALM_FOR = Duration.ofSeconds(3);
    private static final long CALM_LOOK_NANOS = 250_000_000L;

    /** Carriers of virtual threads come with the load and go 30 s after it; a flag bounds them. */
    private static final String CARRIER = "ForkJoinPool";

    private final PackagedPod pod;
    private final Map<String, AtomicInteger> counts = new ConcurrentSkipListMap<>();
    private volatile boolean stopped;

    private Soak(PackagedPod pod) {
        this.pod = pod;
    }

    /** What must not grow; memory for the reader. */
    private record Look(long files, long threads, long anonymous) {}

    public static void main(String[] arguments) throws Exception {
        Path work = Path.of(arguments[1]);
        double minutes = Double.parseDouble(arguments[2]);
        int slots = Integer.parseInt(arguments[4]);
        SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[3]));
        Path model = work.resolve("chain.gguf");
        ModelFile.write(model, ModelSpec.ofSize(ModelSpec.Mode.CHAIN, MODEL_MIB, 1), done -> {});
        Path directory = Files.createDirectory(work.resolve("pod"));
        List<String> wrong;
        try (PackagedPod pod =
                new PackagedPod(
                        arguments[0],
                        directory,
                        model,
                        new PackagedPod.Engine(slots * CONTEXT, slots, 2, 128))) {
            wrong = new Soak(pod).run(minutes, random);
            int code = pod.terminate();
            if (code != 143) {
                wrong.add("SIGTERM ended it with " + code);
            }
        }
        Files.delete(model);
        wrong.forEach(w -> System.out.println("WRONG " + w));
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    private List<String> run(double minutes, SplittableRandom random) throws Exception {
        double warmUp = Math.min(WARM_UP_MINUTES_MAX, minutes * WARM_UP);
        fill(); // what is touched when it is needed is touched now
        Growth warming = new Growth();
        load(warmUp, random.split(), warming);
        counts.clear();
        Look before = calm("warmed up");
        Growth memory = new Growth();
        load(minutes - warmUp, random.split(), memory);
        Look after = calm("after");
        int all = counts.values().stream().mapToInt(AtomicInteger::get).sum();
        System.out.printf("requests %d: %s%n", all, counts);
        List<String> wrong = new ArrayList<>();
        if (Math.abs(after.files() - before.files()) > SLACK) {
            wrong.add("file descriptors %d → %d".formatted(before.files(), after.files()));
        }
        if (Math.abs(after.threads() - before.threads()) > SLACK) {
            wrong.add("threads %d → %d".formatted(before.threads(), after.threads()));
        }
        double perHour = memory.perHour();
        double hours = (minutes - warmUp) / 60;
        long predicted = pod.footprint().predicted();
        long most = Math.max(memory.most(), warming.most());
        System.out.printf(
                "anonymous memory: median %.1f MiB, %+.2f MiB an hour over %.2f h; most %.1f of %.1f MiB predicted%n",
                memory.median() / MEBIBYTE,
                perHour / MEBIBYTE,
                hours,
                most / MEBIBYTE,
                predicted / MEBIBYTE);
        double allowed =
                hours >= LONG_HOURS ? GROWTH_PER_HOUR * memory.median() * hours : GROWTH_BYTES;
        if (perHour * hours > allowed) {
            wrong.add("anonymous memory grows by %.2f MiB an hour".formatted(perHour / MEBIBYTE));
        }
        if (most > predicted) {
            wrong.add("anonymous memory beyond what was predicted");
        }
        for (String outcome : counts.keySet()) {
            boolean ours = outcome.matches("(short|long|streamed) .*");
            if (outcome.startsWith("failed")
                    || outcome.endsWith(" 500")
                    || (ours && !outcome.endsWith(" 200"))) {
                wrong.add("%s: %s".formatted(outcome, counts.get(outcome)));
            }
        }
        int cancelled = counts.getOrDefault("cancelled", new AtomicInteger()).get();
        if (cancelled < all / 5) {
            wrong.add("only %d of %d cancelled".formatted(cancelled, all));
        }
        if (all < LEAST_REQUESTS * Math.min(1, minutes / LEAST_REQUESTS_MINUTES)) {
            wrong.add("only %d requests".formatted(all));
        }
        String answer = ask("the quick", 7, false, -1);
        if (!answer.contains("\"text\":\"" + ChainText.after("quick", 7) + "\"")) {
            wrong.add("it says " + answer);
        }
        return wrong;
    }

    private void fill() throws IOException {
        ask(String.join(" ", Collections.nCopies(LONG_PROMPT, "the")), ANSWER, false, -1);
    }

    private void load(double minutes, SplittableRandom random, Growth memory)
            throws IOException, InterruptedException {
        stopped = false;
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            SplittableRandom own = random.split();
            clients.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!stopped) {
                                            request(own);
                                        }
                                    }));
        }
        long begun = System.nanoTime();
        long end = begun + (long) (minutes * 6e10);
        int told = 0;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(Math.min(LOOK.toNanos(), end - System.nanoTime()));
            double passed = (System.nanoTime() - begun) / 3.6e12;
            memory.add(passed, pod.status("RssAnon"));
            if (passed * 60 / TOLD_EVERY >= told + 1) {
                told++;
                System.out.printf(
                        "%d minutes: %.1f MiB anonymous%n",
                        told * TOLD_EVERY, memory.latest() / MEBIBYTE);
            }
        }
        stopped = true;
        for (Thread client : clients) {
            client.join();
        }
    }

    private void request(SplittableRandom random) {
        int kind = random.nextInt(20);
        String outcome;
        try {
            if (kind < 6) {
                outcome = "short " + status(ask("the quick", random.nextInt(1, 9), false, -1));
            } else if (kind < 7) {
                String prompt = String.join(" ", Collections.nCopies(LONG_PROMPT, "the"));
                outcome = "long " + status(ask(prompt, ANSWER, random.nextBoolean(), -1));
            } else if (kind < 13) {
                outcome = "streamed " + status(ask("a lazy dog", 64, true, -1));
            } else if (kind < 18) {
                ask("the quick", 512, random.nextBoolean(), random.nextInt(600));
                outcome = "cancelled";
            } else {
                HostileRequest hostile = HostileRequest.next(random);
                outcome =
                        "hostile "
                                + status(
                                        send(
                                                hostile.method(),
                                                hostile.path(),
                                                hostile.headers(),
                                                hostile.bytes(),
                                                hostile.announced(),
                                                hostile.patience()));
            }
        } catch (IOException e) {
            outcome = kind < 18 ? "failed " + e.getMessage() : "hostile closed";
        }
        counts.computeIfAbsent(outcome, o -> new AtomicInteger()).incrementAndGet();
    }

    private static String status(String answer) {
        return answer.startsWith("HTTP/1.1 ") ? answer.substring(9, 12) : "gone";
    }

    /** The answer as far as it is read: its first {@code patience} bytes, or all. */
    private String ask(String prompt, int tokens, boolean stream, int patience) throws IOException {
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
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), pod.port())) {
            socket.setSoTimeout(120_000);
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

    /** Waits until nobody has been answered for a while. */
    private Look calm(String when) throws Exception {
        long deadline = System.nanoTime() + CALM_WITHIN.toNanos();
        long since = System.nanoTime();
        while (System.nanoTime() - since < CALM_FOR.toNanos()) {
            LockSupport.parkNanos(CALM_LOOK_NANOS);
            String scrape = pod.get("/metrics").body();
            double busy =
                    MetricsCatalogue.value(scrape, "brainmatrix_pod_requests_running")
                            + MetricsCatalogue.value(scrape, "brainmatrix_pod_requests_waiting");
            if (busy > 0) {
                since = System.nanoTime();
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("it still answers, with nobody asking");
            }
        }
        Look look = new Look(pod.openFiles(), threads(), pod.status("RssAnon"));
        System.out.printf(
                "%s: %d file descriptors, %d threads beside %d carriers, %.1f MiB anonymous%n",
                when,
                look.files(),
                look.threads(),
                pod.status("Threads") - look.threads(),
                look.anonymous() / MEBIBYTE);
        return look;
    }

    private long threads() throws IOException {
        long count = 0;
        try (DirectoryStream<Path> tasks =
                Files.newDirectoryStream(Path.of("/proc/" + pod.pid() + "/task"))) {
            for (Path task : tasks) {
                count += Files.readString(task.resolve("comm")).startsWith(CARRIER) ? 0 : 1;
            }
        }
        return count;
    }
}
