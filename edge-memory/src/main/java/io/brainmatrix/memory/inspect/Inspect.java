package io.brainmatrix.memory.inspect;

import io.brainmatrix.memory.footprint.CacheType;
import io.brainmatrix.memory.footprint.EngineSettings;
import io.brainmatrix.memory.footprint.Footprint;
import io.brainmatrix.memory.footprint.GpuSplit;
import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.memory.gguf.Tensor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a GGUF file is, what it will need, and whether it fits: {@code Inspect MODEL=file.gguf
 * [CONTEXT=n] [RAM=8Gi] [GPU=4Gi]}. Exit code 0 when it fits or no budget was named, 1 when it does
 * not, 2 for a file or an argument that cannot be used.
 */
public final class Inspect {
    static final int FITS = 0;
    static final int TOO_BIG = 1;
    static final int UNUSABLE = 2;

    /** The API's defaults. */
    private static final int CONTEXT = 2048;

    private static final int MICRO_BATCH = 512;
    private static final int CONTEXT_LEAST = 64;
    private static final int CONTEXT_MOST = 1 << 20;

    private static final Set<String> NAMES = Set.of("MODEL", "CONTEXT", "RAM", "GPU");

    private final PrintStream out;
    private final PrintStream err;

    Inspect(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        System.exit(new Inspect(System.out, System.err).run(List.of(arguments)));
    }

    int run(List<String> arguments) {
        try {
            Map<String, String> given = given(arguments);
            Path model = Path.of(required(given));
            if (!Files.isRegularFile(model)) {
                throw new IllegalArgumentException("there is no file `%s`".formatted(model));
            }
            return tell(model, GgufFile.read(model), given);
        } catch (GgufException e) {
            err.println("inspect: %s: %s".formatted(arguments.getFirst(), e.getMessage()));
        } catch (IOException | IllegalArgumentException e) {
            err.println("inspect: " + e.getMessage());
        }
        return UNUSABLE;
    }

    private static Map<String, String> given(List<String> arguments) {
        Map<String, String> given = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (equals < 0 || !NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        "`%s` is not known; say MODEL=file.gguf [CONTEXT=n] [RAM=8Gi] [GPU=4Gi]"
                                .formatted(argument));
            }
            given.put(name, argument.substring(equals + 1));
        }
        return given;
    }

    private static String required(Map<String, String> given) {
        String model = given.getOrDefault("MODEL", "");
        if (model.isEmpty()) {
            throw new IllegalArgumentException("say which file, with MODEL=file.gguf");
        }
        return model;
    }

    private int tell(Path model, GgufFile file, Map<String, String> given) {
        int context = context(given);
        EngineSettings settings = settings(context);
        Footprint footprint = Footprint.predict(file, settings);
        out.println(
                "%s: %s, %d layers, width %d, vocabulary %d, trained for %d tokens, %s, GGUF %d"
                        .formatted(
                                model.getFileName(),
                                file.architecture(),
                                file.ofArchitecture("block_count").orElse(0),
                                file.ofArchitecture("embedding_length").orElse(0),
                                file.vocabulary(),
                                file.ofArchitecture("context_length").orElse(0),
                                types(file),
                                file.version()));
        out.println();
        out.println("with a context of %d tokens, batches of %d:".formatted(context, MICRO_BATCH));
        out.print(footprint.explain());
        long trained = file.ofArchitecture("context_length").orElse(Long.MAX_VALUE);
        if (context > trained) {
            out.println(
                    "the model was trained for %d tokens: a longer context makes it worse"
                            .formatted(trained));
        }
        String gpu = given.get("GPU");
        String ram = given.get("RAM");
        if (gpu != null) {
            return withGpu(file, settings, gpu, ram);
        }
        if (ram == null) {
            out.println("\nbudget.ram: at least %s".formatted(Bytes.text(footprint.required())));
            return FITS;
        }
        return verdict(file, Bytes.parse("RAM", ram), footprint.required());
    }

    private int withGpu(GgufFile file, EngineSettings settings, String gpu, @Nullable String ram) {
        GpuSplit split = GpuSplit.most(file, settings, Bytes.parse("GPU", gpu));
        out.println(
                """

                with GPU=%s, by arithmetic (never measured; the engine that ships runs on the CPU alone):
                layers on the GPU %d of %d
                on the GPU       %s, with its margin %s
                in RAM           %s, with its margin %s\
                """
                        .formatted(
                                gpu,
                                split.layers(),
                                split.all(),
                                Bytes.text(split.gpu()),
                                Bytes.text(split.requiredGpu()),
                                Bytes.text(split.ram()),
                                Bytes.text(split.requiredRam())));
        return ram == null ? FITS : verdict(file, Bytes.parse("RAM", ram), split.requiredRam());
    }

    private int verdict(GgufFile file, long budget, long required) {
        if (required <= budget) {
            out.println(
                    "\nfits RAM=%s, %s to spare"
                            .formatted(Bytes.text(budget), Bytes.text(budget - required)));
            return FITS;
        }
        out.println(
                "\ndoes not fit RAM=%s: %s more are needed%s"
                        .formatted(
                                Bytes.text(budget),
                                Bytes.text(required - budget),
                                advice(file, budget)));
        return TOO_BIG;
    }

    /** The longest context that would fit without a GPU, where one would. */
    private static String advice(GgufFile file, long budget) {
        int low = 0;
        int high = CONTEXT_MOST;
        while (low < high) {
            int middle = low + (high - low + 1) / 2;
            boolean fits = Footprint.predict(file, settings(middle)).required() <= budget;
            low = fits ? middle : low;
            high = fits ? high : middle - 1;
        }
        int whole = low / CONTEXT_LEAST * CONTEXT_LEAST;
        return whole < CONTEXT_LEAST
                ? "; no context is short enough, take a smaller model"
                : "; CONTEXT=%d would fit".formatted(whole);
    }

    private static int context(Map<String, String> given) {
        String text = given.getOrDefault("CONTEXT", Integer.toString(CONTEXT));
        try {
            int context = Integer.parseInt(text);
            if (context >= CONTEXT_LEAST && context <= CONTEXT_MOST) {
                return context;
            }
        } catch (NumberFormatException e) {
            // told below, as a number out of range is
        }
        throw new IllegalArgumentException(
                "CONTEXT=%s must be a number of tokens from %d to %d"
                        .formatted(text, CONTEXT_LEAST, CONTEXT_MOST));
    }

    private static EngineSettings settings(int context) {
        return new EngineSettings(context, 1, MICRO_BATCH, CacheType.F16, CacheType.F16, false);
    }

    /** Types of tensors by their share of the bytes, the largest first. */
    private static String types(GgufFile file) {
        Map<String, Long> bytes =
                file.tensors().stream()
                        .collect(
                                Collectors.groupingBy(
                                        t -> t.type().name(),
                                        Collectors.summingLong(Tensor::bytes)));
        long all = Math.max(1, file.weights());
        return bytes.entrySet().stream()
                .filter(e -> e.getValue() * 100 >= all)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(e -> "%s %d %%".formatted(e.getKey(), e.getValue() * 100 / all))
                .collect(Collectors.joining(", "));
    }
}
