package io.brainmatrix.pod.packaged;

import io.brainmatrix.modelgenerator.ChainText;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.pod.telemetry.MetricsCatalogue;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests of a {@link SoakClients.Load} against the packaged pod, for as long as asked for. The
 * pod's budget and the limit of its cgroup are what its footprint needs and no more. Its first
 * third, at most ten minutes, warms up: every kind of request is seen and the JVM compiles its
 * code. After that, until the end: anonymous memory, looked at every second while requests come,
 * grows by at most 1 % an hour, or in less than an hour by 2 MiB (see {@link Growth}), and is never
 * more than was predicted; file descriptors and threads, before and after with nobody asking
 * anything, are the same ± 2; every request in order has its answer, the text is still exact, and
 * nothing has ended the pod. Exit code 1 otherwise.
 *
 * <p>Arguments: the entrypoint, a folder, minutes, a seed, slots, the load's name.
 */
final class Soak {
    private static final double MEBIBYTE = 1 << 20;
    private static final int CLIENTS = 4;
    private static final int MODEL_MIB = 4;
    private static final int CONTEXT = 1024;
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
    private final SoakClients clients;

    private Soak(PackagedPod pod, SoakClients.Load load) {
        this.pod = pod;
        this.clients = new SoakClients(pod.port(), load, CONTEXT);
    }

    /** What must not grow; memory for the reader. */
    private record Look(long files, long threads, long anonymous) {}

    public static void main(String[] arguments) throws Exception {
        Path work = Path.of(arguments[1]);
        double minutes = Double.parseDouble(arguments[2]);
        int slots = Integer.parseInt(arguments[4]);
        SoakClients.Load load = SoakClients.Load.valueOf(arguments[5].toUpperCase(Locale.ROOT));
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
            wrong = new Soak(pod, load).run(minutes, random);
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
        clients.fill(); // what is touched when it is needed is touched now
        Growth warming = new Growth();
        load(warmUp, random.split(), warming);
        clients.forget();
        Look before = calm("warmed up");
        Growth memory = new Growth();
        load(minutes - warmUp, random.split(), memory);
        Look after = calm("after");
        int all = clients.all();
        System.out.printf("requests %d: %s%n", all, clients.counts());
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
        wrong.addAll(clients.wrong());
        if (all < LEAST_REQUESTS * Math.min(1, minutes / LEAST_REQUESTS_MINUTES)) {
            wrong.add("only %d requests".formatted(all));
        }
        String answer = clients.ask("the quick", 7, false, -1);
        if (!answer.contains("\"text\":\"" + ChainText.after("quick", 7) + "\"")) {
            wrong.add("it says " + answer);
        }
        return wrong;
    }

    private void load(double minutes, SplittableRandom random, Growth memory)
            throws IOException, InterruptedException {
        clients.start(CLIENTS, random);
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
                        "%d minutes: %.1f MiB anonymous, %d requests%n",
                        told * TOLD_EVERY, memory.latest() / MEBIBYTE, clients.all());
            }
        }
        clients.stop();
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
