package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.brainmatrix.memory.footprint.GpuSplit;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Budgets against a model of 50 MiB. */
class ModelPlanTest {
    private static final long MI = 1L << 20;

    @TempDir static Path folder;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static GgufFile header;

    @BeforeAll
    static void read() throws Exception {
        Path file = folder.resolve("model.gguf");
        ModelFile.write(file, ModelSpec.ofSize(ModelSpec.Mode.RANDOM, 50, 1), done -> {});
        header = GgufFile.read(file);
    }

    private static InstanceConfig config(
            long ram, @Nullable Long gpu, @Nullable Integer gpuLayers) {
        return new InstanceConfig(
                "brains",
                "jar",
                "uid",
                "subject",
                null,
                1,
                0,
                null,
                new InstanceConfig.Budget(ram, gpu),
                new InstanceConfig.Model("/models/m.gguf", "hostPath /m.gguf", null),
                new InstanceConfig.Engine(512, 1, 1, 32, "f16", "f16", false, gpuLayers, null),
                null,
                null);
    }

    private static Refusal refused(InstanceConfig config) {
        return catchThrowableOfType(Refusal.class, () -> ModelPlan.of(header, config));
    }

    @Test
    void withoutAGpuBudgetNothingGoesThere() throws Refusal {
        ModelPlan plan = ModelPlan.of(header, config(512 * MI, null, null));

        assertThat(plan.gpu()).isEmpty();
        assertThat(plan.explanation()).contains("predicted").doesNotContain("GPU");
    }

    @Test
    void asManyLayersGoToTheGpuAsItsBudgetHolds() throws Refusal {
        GpuSplit some = ModelPlan.of(header, config(512 * MI, 700 * MI, null)).gpu().orElseThrow();
        GpuSplit all = ModelPlan.of(header, config(512 * MI, 2048 * MI, null)).gpu().orElseThrow();

        assertThat(some.layers()).isBetween(1, some.all() - 1);
        assertThat(some.requiredGpu()).isLessThanOrEqualTo(700 * MI);
        assertThat(all.layers()).isEqualTo(all.all());
    }

    @Test
    void whatIsOnTheGpuIsNotPredictedInRam() throws Refusal {
        ModelPlan without = ModelPlan.of(header, config(512 * MI, null, null));
        ModelPlan with = ModelPlan.of(header, config(512 * MI, 2048 * MI, null));

        assertThat(with.predicted()).isLessThan(without.predicted());
        assertThat(with.explanation()).contains("layers on GPU");
    }

    @Test
    void moreLayersThanThereAreMeansAll() throws Refusal {
        GpuSplit split = ModelPlan.of(header, config(512 * MI, 2048 * MI, 999)).gpu().orElseThrow();

        assertThat(split.layers()).isEqualTo(split.all());
    }

    @Test
    void layersThatDoNotFitAreRefusedWithTheNumberThatWould() {
        Refusal refusal = refused(config(512 * MI, 700 * MI, 999));

        assertThat(refusal.code()).isEqualTo(ExitCode.OverBudget);
        assertThat(refusal).hasMessageContaining("raise `budget.gpu` or lower `engine.gpuLayers`");
    }

    @Test
    void aGpuBudgetWithoutRoomForALayerIsRefused() {
        Refusal refusal = refused(config(512 * MI, 64 * MI, null));

        assertThat(refusal.code()).isEqualTo(ExitCode.OverBudget);
        assertThat(refusal).hasMessageContaining("not one layer");
    }

    @Test
    void ramIsJudgedByWhatStaysThere() {
        assertThat(refused(config(64 * MI, 2048 * MI, null)))
                .hasMessageContaining("raise `budget.ram`");
    }
}
