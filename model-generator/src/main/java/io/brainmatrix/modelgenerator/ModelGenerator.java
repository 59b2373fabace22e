package io.brainmatrix.modelgenerator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The command {@code make model}: writes a generated GGUF. Exit 0, or 1 when it cannot be written,
 * or 2 for wrong arguments.
 */
public final class ModelGenerator {
    private static final String USAGE =
            "usage: model-generator --out FILE [--size-mb N] [--mode chain|random] [--seed N]";

    private static final Set<String> OPTIONS = Set.of("--out", "--size-mb", "--mode", "--seed");
    private static final long SMALL_RANDOM_MEBIBYTES = 8;

    /** The layers' number, at most 512 for the engine, bounds what a width of 2048 can hold. */
    private static final long MEBIBYTES_MAX = 16_384;

    private ModelGenerator() {}

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs it and returns the exit code. */
    static int run(String[] arguments) {
        Path out;
        ModelSpec spec;
        try {
            Map<String, String> options = options(arguments);
            String file = options.get("--out");
            if (file == null) {
                throw new IllegalArgumentException("--out is missing");
            }
            out = Path.of(file);
            spec = spec(options);
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

    private static ModelSpec spec(Map<String, String> options) {
        String mode = options.getOrDefault("--mode", "chain");
        ModelSpec.Mode wanted =
                switch (mode) {
                    case "chain" -> ModelSpec.Mode.CHAIN;
                    case "random" -> ModelSpec.Mode.RANDOM;
                    default ->
                            throw new IllegalArgumentException(
                                    "--mode must be chain or random, not " + mode);
                };
        long seed = number(options, "--seed", 1);
        if (!options.containsKey("--size-mb") && wanted == ModelSpec.Mode.CHAIN) {
            if (options.containsKey("--seed")) {
                throw new IllegalArgumentException(
                        "--seed needs --size-mb or --mode random: the smallest chain model is one file");
            }
            return ModelSpec.tinyChain();
        }
        long size = number(options, "--size-mb", SMALL_RANDOM_MEBIBYTES);
        if (size < 1 || size > MEBIBYTES_MAX) {
            throw new IllegalArgumentException(
                    "--size-mb must be from 1 to %d, not %d".formatted(MEBIBYTES_MAX, size));
        }
        return ModelSpec.ofSize(wanted, (int) size, seed);
    }

    private static Map<String, String> options(String[] arguments) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i];
            if (!OPTIONS.contains(name)) {
                throw new IllegalArgumentException("unknown argument " + name);
            }
            if (i + 1 == arguments.length || arguments[i + 1].startsWith("--")) {
                throw new IllegalArgumentException(name + " needs a value");
            }
            if (options.put(name, arguments[i + 1]) != null) {
                throw new IllegalArgumentException(name + " is given twice");
            }
        }
        return options;
    }

    private static long number(Map<String, String> options, String name, long otherwise) {
        String text = options.get(name);
        try {
            return text == null ? otherwise : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s must be a whole number, not %s".formatted(name, text), e);
        }
    }
}
