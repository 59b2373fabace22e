package io.brainmatrix.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPlanTest {
    private static final long MIB = 1L << 20;

    @TempDir Path folder;

    @Test
    void whatIsNeededIsWhatAdmissionWillAskFor() throws Exception {
        Path model = folder.resolve("tiny.gguf");
        ModelFile.write(model, ModelSpec.tinyChain(), done -> {});
        EmbeddedPlan plan = EmbeddedPlan.of(GgufFile.read(model), 3, 64L << 30);

        assertThat(plan.budget()).isPositive().matches(b -> b % (20 * MIB) == 0);
        assertThat(plan.needed())
                .isEqualTo(3 * plan.budget() + plan.budget() / 5 + (64L << 30) / 20 + 450 * MIB);
        assertThat(plan.shortage(plan.needed(), true)).isEmpty();
        assertThat(plan.shortage(plan.needed() - 1, true))
                .hasValueSatisfying(
                        why -> assertThat(why).contains("too little memory", "SIZE_MB"));
        assertThat(EmbeddedPlan.atLeast(3, 3, 64L << 30).needed()).isLessThan(plan.needed());
        assertThat(plan.shortage(0, false))
                .hasValueSatisfying(why -> assertThat(why).contains("MODEL=smaller.gguf"));
    }
}
