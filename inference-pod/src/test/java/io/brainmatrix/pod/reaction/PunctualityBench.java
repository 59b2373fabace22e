package io.brainmatrix.pod.reaction;

import io.brainmatrix.memory.Cgroup;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.modelgenerator.WeightType;
import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.memory.Guard;
import io.brainmatrix.pod.memory.Pace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * How late the guard's looks are, of which there is to be one each 10 ms: in calm, beside the real
 * engine that computes on all cores, beside a JVM that does nothing but collect a heap with 20 MiB
 * that live, and beside both. Runs with the image's flags. Argument: a folder.
 */
final class PunctualityBench {
    private static final long INTERVAL_NANOS = 10_000_000L;
    private static final Duration EACH = Duration.ofSeconds(15);
    private static final int LOOKS_MAX = 4000;
    private static final int LIVE_MIB = 20;
    private static final int PIECE = 256;

    private final long[] lates = new long[LOOKS_MAX];
    private final AtomicInteger looks = new AtomicInteger();
    private final List<byte[]> live = new ArrayList<>();
    private long last;
    private volatile boolean computing;
    private volatile boolean collecting;

    private PunctualityBench() {}

    public static void main(String[] arguments) throws Exception {
        new PunctualityBench().run(Path.of(arguments[0]));
        Runtime.getRuntime().halt(0);
    }

    private void run(Path folder) throws Exception {
        Path model = folder.resolve("busy.gguf");
        ModelFile.write(
                model,
                new ModelSpec(
                        ModelSpec.Mode.RANDOM, 8, 768, 12, 4, 2048, 4096, 2048, WeightType.Q8_0, 1),
                done -> {});
        int cores = Runtime.getRuntime().availableProcessors();
        Engine engine =
                LlamaEngine.load(
                        new LlamaEngine.Settings(
                                model,
                                2048,
                                cores,
                                1,
                                512,
                                "f16",
                                "f16",
                                false,
                                0,
                                true,
                                folder.resolve("engine.log")));
        Thread.ofPlatform().daemon().start(() -> compute(engine));
        Thread.ofPlatform().daemon().start(this::collect);
        Pace pace = new Pace(Long.MAX_VALUE, 0, INTERVAL_NANOS);
        Guard guard =
                new Guard(
                        Cgroup.locate(Path.of("/sys/fs/cgroup"), Path.of("/proc")).orElseThrow(),
                        Path.of("/proc"),
                        () -> pace,
                        samples -> looked(samples.nanos(0)));
        guard.start();
        System.out.printf(
                "%-36s %8s %10s %10s %10s%n",
                "a look each 10 ms", "looks", "late p50", "p99", "max");
        measure("calm", false, false);
        measure("engine on %d of %d cores".formatted(cores, cores), true, false);
        measure("full collections, %d MiB live".formatted(LIVE_MIB), false, true);
        measure("both", true, true);
    }

    private void looked(long nanos) {
        int place = looks.get();
        if (place < LOOKS_MAX) {
            lates[place] = nanos - last - INTERVAL_NANOS;
            looks.set(place + 1);
        }
        last = nanos;
    }

    private void measure(String name, boolean compute, boolean collect) {
        computing = compute;
        collecting = collect;
        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        looks.set(0);
        LockSupport.parkNanos(EACH.toNanos());
        long[] seen = Arrays.copyOf(lates, looks.get());
        Arrays.sort(seen);
        System.out.printf(
                "%-36s %8d %7.1f ms %7.1f ms %7.1f ms%n",
                name, seen.length, at(seen, 0.5), at(seen, 0.99), at(seen, 1));
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1.0, quantile * sorted.length)] / 1e6;
    }

    /** Prompts, which keep all cores busy, and answers. */
    private void compute(Engine engine) {
        String prompt = "the quick brown fox ".repeat(120);
        while (true) {
            if (computing) {
                engine.generate(
                        Engine.Request.of(prompt, 200, Engine.Sampling.greedy()),
                        piece -> computing);
            } else {
                LockSupport.parkNanos(INTERVAL_NANOS);
            }
        }
    }

    private void collect() {
        while (true) {
            if (collecting) {
                for (int i = 0; i < (LIVE_MIB << 20) / PIECE; i++) {
                    live.add(new byte[PIECE]);
                }
                while (collecting) {
                    System.gc();
                }
                live.clear();
            } else {
                LockSupport.parkNanos(INTERVAL_NANOS);
            }
        }
    }
}
