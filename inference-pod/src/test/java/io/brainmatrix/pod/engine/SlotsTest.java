package io.brainmatrix.pod.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Slots that are full, all at the same time, fail no request though they share one cache. */
class SlotsTest {
    /** Of 30 such requests, 10 to 27 failed with a cache of just the context. */
    private static final int REQUESTS = Integer.getInteger("brainmatrix.slots.requests", 12);

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"1024, 2, 512", "2048, 4, 512", "512, 2, 64"})
    void canAllBeFull(int context, int parallel, int batch) throws Exception {
        Path model = folder.resolve("random.gguf");
        ModelFile.write(model, ModelSpec.ofSize(ModelSpec.Mode.RANDOM, 1, 1), done -> {});
        Process probe =
                Probes.jvm(
                                SlotsProbe.class,
                                Files.createDirectory(folder.resolve("scratch")),
                                model.toString(),
                                Integer.toString(context),
                                Integer.toString(parallel),
                                Integer.toString(batch),
                                Integer.toString(REQUESTS),
                                "1")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();

        String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(said.lines().toList()).contains("FAILED 0");
    }
}
