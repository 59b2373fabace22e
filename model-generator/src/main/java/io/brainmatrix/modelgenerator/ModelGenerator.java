package io.brainmatrix.modelgenerator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code make model}: writes a generated GGUF. Exit 0, or 1 when it cannot be written,
 * or 2 for wrong arguments.
 */
public final class ModelGenerator {
    private static final String USAGE =
            "usage: model-generator --out FILE [--size-mb N] [--mode chain|random] [--seed N]";

    private ModelGenerator() {}

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        Path out;
        ModelSpec spec;
        try {
            String file = option(arguments, "--out");
            if (file == null) {
                throw new IllegalArgumentException("--out is missing");
            }
            out = Path.of(file);
            spec = spec(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("model-generator: " + e.getMessage());
            System.err.println(USAGE);
            return 2;
        }
        try {
            int[] shown = {0};
            ModelFile.write(
                    out,
                    spec,
                    done -> {
                        int percent = (int) (done * 100);
                        if (percent >= shown[0] + 10) {
                            shown[0] = percent;
                            System.err.printf("%s: %d %%%n", out, percent);
                        }
                    });
            System.out.printf(
                    "%s: %s, %d layers of %d, %d tokens%n",
                    out,
                    spec.mode().name().toLowerCase(Locale.ROOT),
                    spec.layers(),
                    spec.width(),
                    spec.vocabulary());
            return 0;
        } catch (IOException e) {
            System.err.printf("model-generator: cannot write %s: %s%n", out, e.getMessage());
            return 1;
        }
    }

    private static ModelSpec spec(String[] arguments) {
        String mode = option(arguments, "--mode");
        String size = option(arguments, "--size-mb");
        String seed = option(arguments, "--seed");
        ModelSpec.Mode wanted =
                switch (mode == null ? "chain" : mode) {
                    case "chain" -> ModelSpec.Mode.CHAIN;
                    case "random" -> ModelSpec.Mode.RANDOM;
                    default ->
                            throw new IllegalArgumentException(
                                    "--mode must be chain or random, not " + mode);
                };
        long seedNumber = seed == null ? 1 : Long.parseLong(seed);
        if (size == null) {
            return wanted == ModelSpec.Mode.CHAIN
                    ? ModelSpec.tinyChain()
                    : ModelSpec.ofSize(wanted, 8, seedNumber);
        }
        return ModelSpec.ofSize(wanted, Integer.parseInt(size), seedNumber);
    }

    private static @Nullable String option(String[] arguments, String name) {
        for (int i = 0; i < arguments.length; i++) {
            if (!arguments[i].startsWith("--") && (i == 0 || !arguments[i - 1].startsWith("--"))) {
                throw new IllegalArgumentException("unexpected argument " + arguments[i]);
            }
            if (arguments[i].equals(name)) {
                if (i + 1 == arguments.length) {
                    throw new IllegalArgumentException(name + " needs a value");
                }
                return arguments[i + 1];
            }
        }
        return null;
    }
}
