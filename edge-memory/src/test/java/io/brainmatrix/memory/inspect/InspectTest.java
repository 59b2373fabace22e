package io.brainmatrix.memory.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.brainmatrix.memory.gguf.GgufSketch;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InspectTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String model = "";

    @BeforeEach
    void write() throws Exception {
        Path file = folder.resolve("small.gguf");
        GgufSketch.valid().write(file);
        model = "MODEL=" + file;
    }

    private int run(String... arguments) {
        return new Inspect(stream(out), stream(err)).run(List.of(arguments));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    @Test
    void tellsTheModelAndItsTable() {
        assertThat(run(model)).isEqualTo(Inspect.FITS);

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("small.gguf: llama, 1 layers, width 64, vocabulary 8")
                .contains("weights")
                .contains("required")
                .contains("budget.ram: at least")
                .contains("trained for 128 tokens: a longer context makes it worse");
        assertThat(err.size()).isZero();
    }

    @Test
    void saysWhetherItFitsAndWhatWould() {
        assertThat(run(model, "RAM=1Gi")).isEqualTo(Inspect.FITS);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("fits RAM=1024 Mi");
        out.reset();

        assertThat(run(model, "RAM=160Mi", "CONTEXT=65536")).isEqualTo(Inspect.TOO_BIG);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsPattern("does not fit RAM=160 Mi: \\d+ Mi more are needed; CONTEXT=\\d+");
        out.reset();

        assertThat(run(model, "RAM=100Mi")).isEqualTo(Inspect.TOO_BIG);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("take a smaller model");
    }

    @Test
    void theAdvisedContextFits() {
        run(model, "RAM=160Mi", "CONTEXT=65536");
        String advised =
                out.toString(StandardCharsets.UTF_8).replaceAll("(?s).*(CONTEXT=\\d+).*", "$1");

        assertThat(run(model, "RAM=160Mi", advised)).isEqualTo(Inspect.FITS);
    }

    @Test
    void aGpuTakesLayersAndSaysThatNoneWasMeasured() {
        assertThat(run(model, "RAM=1Gi", "GPU=4Gi")).isEqualTo(Inspect.FITS);

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("layers on the GPU 2 of 2", "never measured");
    }

    @Test
    void aBadFileGetsItsMessage() throws Exception {
        Path page = Files.writeString(folder.resolve("page.gguf"), "<!DOCTYPE html><html></html>");

        assertThat(run("MODEL=" + page)).isEqualTo(Inspect.UNUSABLE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("HTML page");
        assertThat(out.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "file.gguf",
                "MODEL=",
                "MODEL=/nowhere/file.gguf",
                "%s RAM=much",
                "%s GPU=-1Gi",
                "%s CONTEXT=1",
                "%s CONTEXT=many",
                "%s COLOUR=red"
            })
    void anArgumentThatCannotBeUsedIsSaid(String line) {
        String[] arguments =
                Stream.of(line.formatted(model).split(" "))
                        .filter(a -> !a.isEmpty())
                        .toArray(String[]::new);

        assertThat(run(arguments)).isEqualTo(Inspect.UNUSABLE);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("inspect: ");
    }

    @ParameterizedTest
    @CsvSource({"8Gi, 8589934592", "512Mi, 536870912", "1.5G, 1500000000", "77, 77"})
    void readsAmountsAsKubernetesWritesThem(String text, long bytes) {
        assertThat(Bytes.parse("RAM", text)).isEqualTo(bytes);
        assertThatIllegalArgumentException().isThrownBy(() -> Bytes.parse("RAM", text + "x"));
    }
}
