package io.brainmatrix.pod.reaction;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.memory.MemoryWatch;
import io.brainmatrix.memory.footprint.CacheType;
import io.brainmatrix.memory.footprint.EngineSettings;
import io.brainmatrix.memory.footprint.Footprint;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.pod.limited.LimitedPod;
import io.brainmatrix.pod.limited.OwnCgroup;
import io.brainmatrix.pod.memory.ServingPolicy;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Ramps of memory against the packaged pod's guard: in its cgroup, whose limit is the least that
 * admission allows for its model, and on the node, there beside earlyoom. Looked at from outside
 * every millisecond. Exit code 1 when a bound is broken.
 *
 * <p>Arguments: the image's entrypoint as JSON, a folder, {@code ramp.py}, earlyoom (rows are left
 * out when it is not there), tries, and optionally a file of earlier runs' ramps: they count too,
 * and it takes up those of this run, so that many tries can be made in parts.
 */
final class ReactionBench {
    private static final double MEBIBYTE = 1 << 20;
    private static final long MIB = 1 << 20;
    private static final long PAGE = 4096;
    private static final long LOOK_NANOS = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final int RATE = 1024;
    private static final int STEEP = 4096;

    /** What the node loses before its threshold, and what it may lose beyond. */
    private static final int NODE_RUN_MIB = 1024;

    /** Looks that are a second apart and differ by less. */
    private static final int SETTLED_MIB = 16;

    /** Tries in a row that may come to nothing. */
    private static final int VAIN = 5;

    /** Of a pod that does not end, in seconds. */
    private static final int ENDED_WITHIN = 10;

    private static final double REACTION_MAX_MILLIS = 150;
    private static final double OVERSHOOT_MAX_MIB = 160;

    private final List<String> entrypoint;
    private final Path folder;
    private final Path script;
    private final SplittableRandom random;
    private boolean broken;

    private ReactionBench(List<String> entrypoint, Path folder, Path script, int seed) {
        this.entrypoint = entrypoint;
        this.folder = folder;
        this.script = script;
        this.random = new SplittableRandom(seed);
    }

    public static void main(String[] arguments) throws Exception {
        Optional<Path> kept =
                Optional.of(arguments).filter(a -> a.length > 5).map(a -> Path.of(a[5]));
        List<String> earlier =
                kept.isPresent() && Files.exists(kept.get())
                        ? Files.readAllLines(kept.get())
                        : List.of();
        ReactionBench bench =
                new ReactionBench(
                        Arrays.asList(new ObjectMapper().readValue(arguments[0], String[].class)),
                        Path.of(arguments[1]),
                        Path.of(arguments[2]),
                        1 + earlier.size());
        Path earlyoom = Path.of(arguments[3]);
        int tries = Integer.parseInt(arguments[4]);
        int fewer = Math.max(1, tries / 5);
        Row.head();
        Row pod = new Row("pod's cgroup, 1 GiB/s", earlier, kept);
        for (int i = 0; i < tries; i++) {
            bench.inThePod(RATE, 0, pod);
        }
        pod.print();
        bench.broken |= pod.outOfBounds() || pod.others() > 0;
        Row steep = new Row("pod's cgroup, 4 GiB/s", earlier, kept);
        Row roomy = new Row("the same, 1 GiB more room", earlier, kept);
        for (int i = 0; i < fewer; i++) {
            bench.inThePod(STEEP, 0, steep);
            bench.inThePod(STEEP, 1024 * MIB, roomy);
        }
        steep.print();
        roomy.print();
        Row node = new Row("node, 1 GiB/s, guard", earlier, kept);
        Row other = new Row("node, 1 GiB/s, earlyoom", earlier, kept);
        boolean beside = Files.isExecutable(earlyoom);
        for (int i = 0; i < fewer; i++) {
            repeatedly(() -> bench.onTheNode(node));
            if (beside) {
                repeatedly(() -> bench.besideEarlyoom(earlyoom, other));
            }
        }
        node.print();
        bench.broken |= node.others() > 0;
        if (beside) {
            other.print();
            bench.broken |= node.overshoot() > Math.max(0, other.overshoot() / 2);
        }
        System.exit(bench.broken ? 1 : 0);
    }

    private void inThePod(int rate, long moreRoom, Row row) throws Exception {
        LimitedPod.Life life = life(moreRoom, 1);
        try (LimitedPod pod = start(life);
                Ramp ramp =
                        new Ramp(
                                script,
                                pod.cgroup().into(),
                                rate,
                                (int) (life.budget() / MIB) * 2);
                MemoryWatch watch = pod.cgroup().watch(folder.resolve("watched"))) {
            LockSupport.parkNanos(random.nextLong(SECOND / 10)); // anywhere between two looks
            // Where the guard ends a pod that stands still.
            long mark = new ServingPolicy.Bounds(life.budget(), 0, 0, 0, "").most();
            ramp.go();
            Trial trial =
                    Trial.watch(
                            () -> !pod.process().isAlive(),
                            () -> {
                                look(watch);
                                return mark - watch.used();
                            });
            boolean byKernel = pod.cgroup().kills() > 0;
            boolean meant = endsWith(pod, 31) && !byKernel;
            row.add(trial, meant);
            if (!meant) {
                System.out.printf(
                        "    %s, %d killed by the kernel, %s: %s%n",
                        pod.ending(), pod.cgroup().kills(), trial, pod.terminationMessage());
            }
        }
    }

    /** A try that may come to nothing. */
    private interface Try {
        boolean counts() throws Exception;
    }

    private static void repeatedly(Try once) throws Exception {
        for (int i = 0; i < VAIN && !once.counts(); i++) {
            System.out.println("    the mark was not reached: again");
        }
    }

    private boolean onTheNode(Row row) throws Exception {
        long threshold = settled() - NODE_RUN_MIB * MIB;
        // Of the reserve, for an instance of this name.
        double part =
                new ServingPolicy.Bounds(0, 0, SECOND, 0, LimitedPod.IDENTITY).nodeEnd()
                        / (double) SECOND;
        try (LimitedPod pod = start(life(0, Math.round(threshold / part)));
                Ramp ramp = new Ramp(script, List.of(), RATE, 2 * NODE_RUN_MIB);
                MemoryWatch watch = pod.cgroup().watch(folder.resolve("watched"))) {
            LockSupport.parkNanos(random.nextLong(SECOND / 10));
            ramp.go();
            Trial trial = watchNode(() -> !pod.process().isAlive(), watch, threshold);
            return row.addReached(trial, endsWith(pod, 33));
        }
    }

    /** Run dry: what counts is when it says that it would kill. */
    private boolean besideEarlyoom(Path earlyoom, Row row) throws Exception {
        long threshold = settled() - NODE_RUN_MIB * MIB;
        Process process =
                new ProcessBuilder(
                                earlyoom.toString(),
                                "--dryrun",
                                "-r",
                                "0",
                                "-s",
                                "100",
                                "-M",
                                Long.toString(threshold >> 10))
                        .redirectErrorStream(true)
                        .start();
        AtomicBoolean acted = new AtomicBoolean();
        AtomicBoolean ready = new AtomicBoolean();
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try (BufferedReader said =
                                    process.inputReader(StandardCharsets.UTF_8)) {
                                for (String line = said.readLine();
                                        line != null;
                                        line = said.readLine()) {
                                    ready.compareAndSet(false, line.contains("SIGTERM when"));
                                    acted.compareAndSet(false, line.contains("low memory!"));
                                }
                            } catch (IOException e) {
                                // It was ended.
                            }
                        });
        try (OwnCgroup cgroup = OwnCgroup.make(64 * MIB);
                Ramp ramp = new Ramp(script, List.of(), RATE, 2 * NODE_RUN_MIB);
                MemoryWatch watch = cgroup.watch(folder.resolve("watched"))) {
            while (!ready.get()) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
            LockSupport.parkNanos(SECOND + random.nextLong(SECOND)); // its calm interval is 1 s
            ramp.go();
            Trial trial = watchNode(acted::get, watch, threshold);
            return row.addReached(trial, acted.get());
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    private static Trial watchNode(BooleanSupplier acted, MemoryWatch watch, long threshold) {
        return Trial.watch(
                acted,
                () -> {
                    look(watch);
                    return watch.available() - threshold;
                });
    }

    private static void look(MemoryWatch watch) {
        try {
            watch.look();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean endsWith(LimitedPod pod, int exitCode) throws InterruptedException {
        return pod.process().waitFor(ENDED_WITHIN, TimeUnit.SECONDS)
                && pod.process().exitValue() == exitCode;
    }

    /**
     * What is available once the ramp before has been given back, which takes the kernel a while.
     */
    private static long settled() throws IOException {
        long before = available();
        while (true) {
            LockSupport.parkNanos(SECOND);
            long now = available();
            if (Math.abs(now - before) < SETTLED_MIB * MIB) {
                return now;
            }
            before = now;
        }
    }

    private static long available() throws IOException {
        return io.brainmatrix.memory.MemInfo.read(Path.of("/proc")).available();
    }

    private LimitedPod.Life life(long moreRoom, long reserve) throws Exception {
        Path model = folder.resolve("chain.gguf");
        if (!Files.exists(model)) {
            ModelFile.write(model, ModelSpec.tinyChain(), done -> {});
        }
        EngineSettings engine = new EngineSettings(512, 1, 64, CacheType.F16, CacheType.F16, false);
        Footprint footprint = Footprint.predict(GgufFile.read(model), engine);
        long budget = (footprint.required() + moreRoom + PAGE - 1) / PAGE * PAGE;
        return new LimitedPod.Life(model, engine, 64, footprint.predicted(), budget, reserve);
    }

    private LimitedPod start(LimitedPod.Life life) throws Exception {
        Path directory = folder.resolve("pod");
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        LimitedPod pod =
                new LimitedPod(
                        entrypoint,
                        Files.createDirectory(directory),
                        OwnCgroup.make(life.budget()),
                        life);
        if (!pod.serves()) {
            throw new IllegalStateException("the pod does not serve: " + pod.ending());
        }
        return pod;
    }

    /** Bytes of room left above a mark, negative beyond it. */
    private interface Room {
        long now();
    }

    /**
     * One ramp.
     *
     * @param millis from the mark to the action; 0 when it came before
     * @param overshoot MiB beyond the mark at the worst; negative when it was not reached
     */
    private record Trial(double millis, double overshoot) {
        /** Watches until it has been acted, or for five seconds. */
        static Trial watch(BooleanSupplier acted, Room room) {
            long begun = System.nanoTime();
            long crossed = Long.MAX_VALUE;
            long least = Long.MAX_VALUE;
            while (true) {
                long now = room.now();
                boolean over = acted.getAsBoolean();
                long nanos = System.nanoTime();
                if (over || nanos - begun > 5 * SECOND) {
                    double millis = crossed == Long.MAX_VALUE ? 0 : (nanos - crossed) / 1_000_000.0;
                    return new Trial(millis, -least / MEBIBYTE);
                }
                least = Math.min(least, now);
                crossed = crossed == Long.MAX_VALUE && now <= 0 ? nanos : crossed;
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    /** Ramps of one kind. */
    private static final class Row {
        private final String name;
        private final Optional<Path> kept;
        private final List<Trial> trials = new ArrayList<>();
        private int others;

        Row(String name, List<String> earlier, Optional<Path> kept) {
            this.name = name;
            this.kept = kept;
            earlier.stream()
                    .map(line -> line.split("\t"))
                    .filter(line -> line[0].equals(name))
                    .forEach(
                            line ->
                                    count(
                                            new Trial(
                                                    Double.parseDouble(line[2]),
                                                    Double.parseDouble(line[3])),
                                            Boolean.parseBoolean(line[1])));
        }

        void add(Trial trial, boolean asMeant) throws IOException {
            count(trial, asMeant);
            if (kept.isPresent()) {
                Files.writeString(
                        kept.get(),
                        "%s\t%b\t%s\t%s\n"
                                .formatted(name, asMeant, trial.millis(), trial.overshoot()),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        }

        /**
         * Unless it was not acted on and the mark was not reached: memory that was freed shortly
         * before is back for who asks, and not yet in what the kernel tells as available.
         */
        boolean addReached(Trial trial, boolean asMeant) throws IOException {
            boolean counts = asMeant || trial.overshoot() >= 0;
            if (counts) {
                add(trial, asMeant);
            }
            return counts;
        }

        private void count(Trial trial, boolean asMeant) {
            trials.add(trial);
            others += asMeant ? 0 : 1;
        }

        int others() {
            return others;
        }

        boolean outOfBounds() {
            return millis(0.99) > REACTION_MAX_MILLIS || overshoot() > OVERSHOOT_MAX_MIB;
        }

        /** Of 100, the worst but one; MiB. */
        double overshoot() {
            return at(0.99, trials.stream().map(Trial::overshoot));
        }

        private double millis(double quantile) {
            return at(quantile, trials.stream().map(Trial::millis));
        }

        private static double at(double quantile, Stream<Double> values) {
            double[] sorted = values.mapToDouble(v -> v).sorted().toArray();
            return sorted[(int) Math.min(sorted.length - 1.0, quantile * sorted.length)];
        }

        static void head() {
            System.out.printf(
                    "%-28s %10s %28s %34s%n",
                    "ramp", "as meant", "ms after mark p50 p99 max", "MiB beyond mark p50 p99 max");
        }

        void print() {
            System.out.printf(
                    "%-28s %6d/%3d %10.0f %8.0f %8.0f %16.0f %8.0f %8.0f%n",
                    name,
                    trials.size() - others,
                    trials.size(),
                    millis(0.5),
                    millis(0.99),
                    millis(1),
                    at(0.5, trials.stream().map(Trial::overshoot)),
                    overshoot(),
                    at(1, trials.stream().map(Trial::overshoot)));
        }
    }
}
