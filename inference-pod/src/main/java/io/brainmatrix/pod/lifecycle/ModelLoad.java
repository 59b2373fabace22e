package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.memory.footprint.GpuSplit;
import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.memory.gguf.ModelFingerprint;
import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.EngineException;
import io.brainmatrix.pod.engine.EngineLoader;
import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.telemetry.PodState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * From a file to an engine that has given its first token: checked before a byte is loaded (R11).
 */
final class ModelLoad {
    private static final System.Logger LOG = System.getLogger(ModelLoad.class.getName());

    /** Where none are asked for: more gain little on small nodes. */
    private static final int THREADS = 4;

    private final InstanceConfig config;
    private final Path model;
    private final EngineLoader loader;
    private final Path scratch;
    private final Clock clock;
    private final Consumer<UnaryOperator<PodState>> to;

    /**
     * A load that has not begun.
     *
     * @param scratch where the engine may write its log
     * @param to told of each step
     */
    ModelLoad(
            InstanceConfig config,
            EngineLoader loader,
            Path scratch,
            Clock clock,
            Consumer<UnaryOperator<PodState>> to) {
        this.config = config;
        this.model = Path.of(config.model().path());
        this.loader = loader;
        this.scratch = scratch;
        this.clock = clock;
        this.to = to;
    }

    /** Whether there is a file that can be read. */
    static boolean isThere(Path model) {
        return Files.isRegularFile(model) && Files.isReadable(model);
    }

    /** What was found before the load. */
    record Checked(GgufFile header, ModelPlan plan) {}

    /**
     * Looks at the file and the budgets; milliseconds, beside a digest that is declared.
     *
     * @throws Refusal with the exit code of what is wrong
     */
    Checked check() throws Refusal, IOException {
        String source = config.model().source();
        if (!isThere(model)) {
            throw new Refusal(
                    ExitCode.ModelMissing,
                    "there is no readable file at `%s`; put the model there".formatted(source));
        }
        GgufFile header;
        try {
            header = GgufFile.read(model);
        } catch (GgufException e) {
            throw new Refusal(ExitCode.ModelInvalid, "`%s`: %s".formatted(source, e.getMessage()));
        }
        String fingerprint = ModelFingerprint.of(model);
        to.accept(s -> s.fingerprinted(fingerprint));
        ModelPlan plan = ModelPlan.of(header, config);
        LOG.log(System.Logger.Level.INFO, "Footprint of {0}\n{1}", source, plan.explanation());
        if (plan.gpu().isPresent() && !loader.offloads()) {
            throw new Refusal(
                    ExitCode.NoGpu,
                    "the engine in this image has no GPU to put layers on; remove `budget.gpu`, or let the chart name an image whose llama.cpp is built for it");
        }
        to.accept(s -> s.predicted(plan.predicted()));
        plan.gpu().ifPresent(gpu -> to.accept(s -> s.onGpu(told(gpu, null))));
        String declared = config.model().sha256();
        if (declared != null) {
            String digest = Digest.of(model);
            if (!digest.equals(declared)) {
                throw new Refusal(
                        ExitCode.DigestMismatch,
                        "`%s` has the SHA-256 %s, declared is %s; fetch the file anew or mend `model.sha256`"
                                .formatted(source, digest, declared));
            }
            to.accept(s -> s.digested(digest));
        }
        return new Checked(header, plan);
    }

    private static PodState.Gpu told(GpuSplit gpu, @Nullable Integer layersOnGpu) {
        return new PodState.Gpu(gpu.gpu(), layersOnGpu, gpu.all());
    }

    /** Fixed by the configuration and the cores: a CPU quota counts, the JVM reads it. */
    private LlamaEngine.Settings settings(Checked checked) {
        InstanceConfig.Engine engine = config.engine();
        int cores = Runtime.getRuntime().availableProcessors();
        Integer asked = engine.threads();
        return new LlamaEngine.Settings(
                model,
                engine.contextLength(),
                Math.min(asked == null ? THREADS : asked, cores),
                engine.parallel(),
                engine.batchSize(),
                engine.cacheTypeK(),
                engine.cacheTypeV(),
                engine.flashAttention(),
                checked.plan().gpu().map(GpuSplit::layers).orElse(0),
                firstToken(checked.header()),
                log(scratch));
    }

    /** Where the engine writes what it does. */
    static Path log(Path scratch) {
        return scratch.resolve("engine.log");
    }

    /**
     * Loads and asks for the first token; blocks until it is there.
     *
     * @throws Refusal when the engine refuses, or the layers are not where they were to be
     */
    Engine run(Checked checked) throws Refusal {
        to.accept(s -> s.loading(clock.instant()));
        try {
            Engine loaded = loader.load(settings(checked));
            to.accept(s -> s.loaded(clock.instant()));
            if (checked.plan().gpu().isPresent()) {
                confirm(checked.plan().gpu().get(), loaded.layersOnGpu());
            }
            Engine.Outcome first =
                    loaded.generate(
                            Engine.Request.of("the", 1, Engine.Sampling.greedy()), piece -> true);
            if (first.tokens() < 1) {
                throw new Refusal(
                        ExitCode.EngineFault, "the model was loaded and gave no first token");
            }
            return loaded;
        } catch (EngineException e) {
            throw new Refusal(
                    ExitCode.EngineFault,
                    "the engine refused `%s`: %s"
                            .formatted(config.model().source(), e.getMessage()));
        }
    }

    /** Layers that did not reach the GPU are in RAM, where nobody counted on them. */
    private void confirm(GpuSplit planned, OptionalInt layers) throws Refusal {
        if (layers.isEmpty() || layers.getAsInt() != planned.layers()) {
            throw new Refusal(
                    ExitCode.NoGpu,
                    "%d of %d layers were to be on the GPU, the engine says of %s"
                            .formatted(
                                    planned.layers(),
                                    planned.all(),
                                    layers.isEmpty() ? "none" : layers.getAsInt()));
        }
        to.accept(s -> s.onGpu(told(planned, layers.getAsInt())));
    }

    /** Most models have one: one that does not say so is counted as if, rather one too many. */
    private static boolean firstToken(GgufFile header) {
        return !Boolean.FALSE.equals(header.metadata().get("tokenizer.ggml.add_bos_token"));
    }
}
