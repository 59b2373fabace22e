package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.memory.footprint.CacheType;
import io.brainmatrix.memory.footprint.EngineSettings;
import io.brainmatrix.memory.footprint.Footprint;
import io.brainmatrix.memory.footprint.GpuSplit;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.pod.engine.LlamaEngine;
import java.util.Optional;

/**
 * What a checked model will need of its budgets, and how many of its layers go to the GPU; bytes.
 *
 * @param predicted in RAM, without the margin
 * @param gpu what goes to the GPU; empty without a GPU budget
 * @param explanation a table for the log
 */
record ModelPlan(long predicted, Optional<GpuSplit> gpu, String explanation) {
    private static final double MEBIBYTE = 1 << 20;

    /**
     * Plans.
     *
     * @throws Refusal when it does not fit a budget or the engine's settings, with what to change
     */
    static ModelPlan of(GgufFile header, InstanceConfig config) throws Refusal {
        EngineSettings settings = settings(header, config);
        Footprint whole = Footprint.predict(header, settings);
        Long budget = config.budget().gpu();
        if (budget == null) {
            fits(config, whole.predicted(), whole.required());
            return new ModelPlan(whole.predicted(), Optional.empty(), whole.explain());
        }
        GpuSplit split = split(header, settings, config, budget);
        fits(config, split.ram(), split.requiredRam());
        return new ModelPlan(
                split.ram(),
                Optional.of(split),
                whole.explain()
                        + "layers on GPU    %6d of %d%non the GPU       %6.0f Mi%nin RAM           %6.0f Mi%n"
                                .formatted(
                                        split.layers(),
                                        split.all(),
                                        split.gpu() / MEBIBYTE,
                                        split.ram() / MEBIBYTE));
    }

    private static EngineSettings settings(GgufFile header, InstanceConfig config) throws Refusal {
        InstanceConfig.Engine engine = config.engine();
        EngineSettings settings =
                new EngineSettings(
                        engine.contextLength(),
                        engine.parallel(),
                        LlamaEngine.Settings.microBatchSize(engine.batchSize()),
                        CacheType.named(engine.cacheTypeK()).orElseThrow(),
                        CacheType.named(engine.cacheTypeV()).orElseThrow(),
                        engine.flashAttention());
        Optional<String> misfit = settings.misfit(header);
        if (misfit.isPresent()) {
            throw new Refusal(
                    ExitCode.Configuration,
                    "`%s`: %s".formatted(config.model().source(), misfit.get()));
        }
        return settings;
    }

    /** The layers that were asked for, or as many as the budget holds. */
    private static GpuSplit split(
            GgufFile header, EngineSettings settings, InstanceConfig config, long budget)
            throws Refusal {
        Integer asked = config.engine().gpuLayers();
        if (asked == null) {
            GpuSplit most = GpuSplit.most(header, settings, budget);
            if (most.layers() == 0) {
                throw new Refusal(
                        ExitCode.OverBudget,
                        "not one layer of `%s` has its place on the GPU: one needs %.0fMi, the budget is %.0fMi; raise `budget.gpu` or remove it"
                                .formatted(
                                        config.model().source(),
                                        Math.ceil(
                                                GpuSplit.of(header, settings, 1).requiredGpu()
                                                        / MEBIBYTE),
                                        Math.floor(budget / MEBIBYTE)));
            }
            return most;
        }
        // As llama.cpp does: more layers than there are means all.
        int all = GpuSplit.of(header, settings, 0).all();
        GpuSplit split = GpuSplit.of(header, settings, Math.min(asked, all));
        if (split.requiredGpu() > budget) {
            throw new Refusal(
                    ExitCode.OverBudget,
                    "%d layers of `%s` need %.0fMi on the GPU, the budget is %.0fMi; raise `budget.gpu` or lower `engine.gpuLayers`, %d would fit"
                            .formatted(
                                    split.layers(),
                                    config.model().source(),
                                    Math.ceil(split.requiredGpu() / MEBIBYTE),
                                    Math.floor(budget / MEBIBYTE),
                                    GpuSplit.most(header, settings, budget).layers()));
        }
        return split;
    }

    private static void fits(InstanceConfig config, long predicted, long required) throws Refusal {
        if (required > config.budget().ram()) {
            throw new Refusal(
                    ExitCode.OverBudget,
                    "`%s` needs %.0fMi (%.0fMi predicted and a margin), the budget is %.0fMi; raise `budget.ram` or lower `engine.contextLength`"
                            .formatted(
                                    config.model().source(),
                                    Math.ceil(required / MEBIBYTE),
                                    Math.ceil(predicted / MEBIBYTE),
                                    Math.floor(config.budget().ram() / MEBIBYTE)));
        }
    }
}
