package io.brainmatrix.pod.footprint;

import io.brainmatrix.memory.footprint.CacheType;
import io.brainmatrix.memory.footprint.EngineSettings;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.modelgenerator.WeightType;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A model and how the engine is run with it.
 *
 * @param parallel slots, which share the context out
 * @param batch prompt tokens evaluated together
 */
record Shape(
        ModelSpec model,
        int context,
        int parallel,
        int batch,
        CacheType keys,
        CacheType values,
        boolean flashAttention) {
    private static final int MICRO_BATCH_MAX = 512;
    private static final int MEBIBYTE = 1 << 20;

    /** One in so many has weights of 500 to 1,100 MiB. */
    private static final int BIG_EVERY = 4;

    /** Multiplications of a prompt that fills the context: about a minute on two slow cores. */
    private static final double WORK_MAX = 7e11;

    /**
     * Draws one; every fourth is big and has a short context, the others are small and have
     * contexts up to 16,384. A slot's part of the context holds a whole micro batch: with less, the
     * peak that is predicted needs prompts of several slots in one computation, which takes
     * requests of the same instant.
     */
    static Shape draw(SplittableRandom random, int index) {
        while (true) {
            Shape shape = index % BIG_EVERY == 0 ? big(random) : small(random);
            boolean filled =
                    shape.context() / shape.parallel() >= shape.settings().microBatchSize();
            if (filled && shape.work() <= WORK_MAX) {
                return shape;
            }
        }
    }

    private static Shape big(SplittableRandom random) {
        int width = pick(random, 1024, 1536, 2048);
        int vocabulary = pick(random, 4096, 32_000, 64_000);
        WeightType type = pick(random, List.of(WeightType.F16, WeightType.Q8_0, WeightType.Q4_0));
        ModelSpec one = model(random, 1, width, pick(random, 64, 128), vocabulary, type);
        long layer = ModelFile.weightBytes(layers(one, 2)) - ModelFile.weightBytes(one);
        long rest = random.nextLong(500L * MEBIBYTE, 1100L * MEBIBYTE) - ModelFile.weightBytes(one);
        return run(
                random,
                layers(one, (int) Math.max(1, 1 + rest / layer)),
                pick(random, 512, 1024, 2048));
    }

    private static Shape small(SplittableRandom random) {
        int width = pick(random, 256, 512, 768, 1024);
        int vocabulary = pick(random, 1024, 5000, 32_000, 128_256);
        WeightType type = pick(random, List.of(WeightType.F16, WeightType.Q8_0, WeightType.Q4_0));
        ModelSpec model =
                model(
                        random,
                        random.nextInt(2, 25),
                        width,
                        pick(random, 32, 64, 128),
                        vocabulary,
                        type);
        return run(random, model, pick(random, 512, 1024, 2048, 3000, 4096, 8192, 16_384));
    }

    private static ModelSpec model(
            SplittableRandom random,
            int layers,
            int width,
            int headLength,
            int vocabulary,
            WeightType type) {
        int heads = width / headLength;
        int shared = pick(random, 1, 2, 4, 8);
        return new ModelSpec(
                ModelSpec.Mode.RANDOM,
                layers,
                width,
                heads,
                heads % shared == 0 ? heads / shared : heads,
                width * pick(random, 5, 7, 8, 11) / 2 / 32 * 32,
                vocabulary,
                16_384,
                type,
                random.nextInt(1, 1000));
    }

    private static Shape run(SplittableRandom random, ModelSpec model, int context) {
        boolean flash = random.nextBoolean();
        // The library aborts on f32 with flash attention, and on quantised values without it.
        List<CacheType> keys =
                flash
                        ? List.of(CacheType.F16, CacheType.Q8_0, CacheType.Q4_0)
                        : List.of(CacheType.F16, CacheType.F32, CacheType.Q8_0);
        List<CacheType> values =
                flash
                        ? List.of(CacheType.F16, CacheType.Q8_0, CacheType.Q4_0)
                        : List.of(CacheType.F16, CacheType.F32);
        return new Shape(
                model,
                context,
                random.nextInt(1, 5),
                pick(random, 128, 256, 512, 512, 512, 2048),
                pick(random, keys),
                pick(random, values),
                flash);
    }

    private static ModelSpec layers(ModelSpec model, int layers) {
        return with(model, layers, model.seed());
    }

    /** The same with other weights. */
    Shape reseeded() {
        return new Shape(
                with(model, model.layers(), model.seed() + 1),
                context,
                parallel,
                batch,
                keys,
                values,
                flashAttention);
    }

    private static ModelSpec with(ModelSpec model, int layers, long seed) {
        return new ModelSpec(
                model.mode(),
                layers,
                model.width(),
                model.heads(),
                model.kvHeads(),
                model.feedForward(),
                model.vocabulary(),
                model.context(),
                model.weights(),
                seed);
    }

    /** Multiplications of its matrices and of attention, over a whole context. */
    private double work() {
        double kv = (double) model.kvHeads() * model.headLength();
        double matrices =
                model.width() * (2.0 * model.width() + 2 * kv + 3.0 * model.feedForward());
        // Attention by half the context on average; its kernels are slower.
        double attention = (flashAttention ? 6.0 : 2.0) * model.width() * context;
        return model.layers() * (matrices + attention) * context;
    }

    EngineSettings settings() {
        return new EngineSettings(
                context, parallel, Math.min(batch, MICRO_BATCH_MAX), keys, values, flashAttention);
    }

    String modelText() {
        return "%s %dx%d/%d:%d ff%d v%d"
                .formatted(
                        model.weights().name().toLowerCase(Locale.ROOT),
                        model.layers(),
                        model.width(),
                        model.heads(),
                        model.kvHeads(),
                        model.feedForward(),
                        model.vocabulary());
    }

    String engineText() {
        return "c%d p%d b%d %s/%s%s"
                .formatted(
                        context,
                        parallel,
                        batch,
                        keys.name().toLowerCase(Locale.ROOT),
                        values.name().toLowerCase(Locale.ROOT),
                        flashAttention ? " flash" : "");
    }

    private static int pick(SplittableRandom random, int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static <T> T pick(SplittableRandom random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
