package io.brainmatrix.pod.footprint;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.memory.footprint.Footprint;
import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.pod.limited.LimitedPod;
import io.brainmatrix.pod.limited.OwnCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The predicted footprint against the anonymous peak of the real pod after prompts that fill its
 * context, over shapes drawn by a seed; and whether the guard ever ends a load that fits. Exit code
 * 1 when one is out of bounds or an alarm was false.
 *
 * <p>Arguments: the image's entrypoint as JSON, a folder for models, the seed, the number of
 * shapes, and optionally the indices of the only shapes to run.
 */
final class FootprintBench {
    private static final double MEBIBYTE = 1 << 20;
    private static final long PAGE = 4096;

    /** Below it the bound is absolute. */
    private static final double SMALL_MEBIBYTES = 300;

    private static final double BIG_MEBIBYTES = 500;
    private static final int TRIES = 5;
    private static final double OVER_MEBIBYTES = 32;
    private static final double OVER_RATIO = 1.05;

    private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

    private final List<String> entrypoint;
    private final Path folder;
    private final List<Double> ratios = new ArrayList<>();
    private int failures;
    private int alarms;
    private int big;

    private FootprintBench(List<String> entrypoint, Path folder) {
        this.entrypoint = entrypoint;
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        FootprintBench bench =
                new FootprintBench(
                        Arrays.asList(new ObjectMapper().readValue(arguments[0], String[].class)),
                        Path.of(arguments[1]));
        long seed = Long.parseLong(arguments[2]);
        int shapes = Integer.parseInt(arguments[3]);
        List<Integer> only = Arrays.stream(arguments).skip(4).map(Integer::valueOf).toList();
        System.out.printf(
                "%3s %-36s %-33s %8s %7s %7s %7s %9s %9s %6s %7s%n",
                "#",
                "model",
                "engine",
                "weights",
                "cache",
                "compute",
                "other",
                "predicted",
                "measured",
                "ratio",
                "loaded");
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < shapes; i++) {
            Shape shape = Shape.draw(random.split(), i);
            if (only.isEmpty() || only.contains(i)) {
                bench.run(i, shape);
            }
        }
        bench.summary(seed);
        System.exit(bench.failures > 0 || bench.alarms > 0 ? 1 : 0);
    }

    /**
     * Runs a shape with a cold cache and prompts, then loads it once more with a warm one. Of some
     * random weights the first token is the end, which the pod rightly takes for a fault: then
     * others are tried.
     */
    private void run(int index, Shape drawn) throws Exception {
        Shape shape = drawn;
        for (int tries = 0; tries < TRIES && !measured(index, shape, tries); tries++) {
            shape = shape.reseeded();
        }
    }

    private boolean measured(int index, Shape shape, int tries) throws Exception {
        Path model = folder.resolve("shape.gguf");
        ModelFile.write(model, shape.model(), done -> {});
        try {
            Footprint footprint = footprint(model, shape);
            LimitedPod.Life life =
                    new LimitedPod.Life(
                            model,
                            shape.settings(),
                            shape.batch(),
                            footprint.predicted(),
                            (footprint.required() + PAGE - 1) / PAGE * PAGE,
                            1);
            coldCache();
            try (LimitedPod pod = start(life)) {
                boolean served = pod.serves();
                if (!served && tries < TRIES - 1 && pod.ending().contains("no first token")) {
                    return false;
                }
                row(index, shape, footprint, pod, served && filled(pod, shape));
            }
            try (LimitedPod warm = start(life)) {
                if (!warm.serves()) {
                    failures++;
                    System.out.println("    with a warm cache: " + warm.ending());
                }
                alarms += warm.alarms() > 0 ? 1 : 0;
            }
            return true;
        } finally {
            Files.deleteIfExists(model);
        }
    }

    /** A pod that dies on the way is a row, not the end of the bench. */
    private static boolean filled(LimitedPod pod, Shape shape) {
        try {
            pod.fill(shape.context(), shape.parallel());
            return true;
        } catch (IOException e) {
            System.out.println("    while it was filled: " + e.getMessage());
            return false;
        }
    }

    private void row(int index, Shape shape, Footprint footprint, LimitedPod pod, boolean served)
            throws IOException {
        double predicted = footprint.predicted() / MEBIBYTE;
        double measured = pod.peak() / MEBIBYTE;
        boolean ok = served && within(predicted, measured);
        big += measured > BIG_MEBIBYTES ? 1 : 0;
        failures += ok ? 0 : 1;
        alarms += pod.alarms() > 0 ? 1 : 0;
        ratios.add(predicted / measured);
        System.out.printf(
                "%3d %-36s %-33s %8.1f %7.1f %7.1f %7.1f %9.1f %9.1f %6.3f %7.1f  %s %s%n",
                index,
                shape.modelText(),
                shape.engineText(),
                footprint.weights() / MEBIBYTE,
                footprint.keyValueCache() / MEBIBYTE,
                footprint.compute() / MEBIBYTE,
                (footprint.graph() + footprint.vocabulary() + footprint.runtime()) / MEBIBYTE,
                predicted,
                measured,
                predicted / measured,
                pod.peakOfLoad() / MEBIBYTE,
                ok ? "ok" : "NOT",
                pod.ending());
    }

    private static boolean within(double predicted, double measured) {
        double most =
                measured < SMALL_MEBIBYTES ? measured + OVER_MEBIBYTES : measured * OVER_RATIO;
        return predicted >= measured && predicted <= most;
    }

    private LimitedPod start(LimitedPod.Life life) throws IOException {
        Path directory = folder.resolve("pod");
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        return new LimitedPod(
                entrypoint, Files.createDirectory(directory), OwnCgroup.make(life.budget()), life);
    }

    private static Footprint footprint(Path model, Shape shape) throws IOException, GgufException {
        return Footprint.predict(GgufFile.read(model), shape.settings());
    }

    /** Pages that were written a moment ago must be on the disk before they can be dropped. */
    private static void coldCache() throws IOException, InterruptedException {
        new ProcessBuilder("sync").start().waitFor();
        Files.writeString(DROP_CACHES, "1");
    }

    private void summary(long seed) {
        double[] sorted = ratios.stream().mapToDouble(r -> r).sorted().toArray();
        System.out.printf(
                "seed %d: %d shapes, %d above 500 MiB, predicted/measured min %.3f median %.3f max %.3f, %d out of bounds, %d false alarms in %d loads%n",
                seed,
                sorted.length,
                big,
                sorted[0],
                sorted[sorted.length / 2],
                sorted[sorted.length - 1],
                failures,
                alarms,
                2 * sorted.length);
    }
}
