package io.brainmatrix.quickstart;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the environment asks of the embedded node.
 *
 * @param model a GGUF file of the user's; absent: one is generated
 * @param sizeMib of the generated one, in MiB
 * @param port that instances listen on, each at an address of its own
 * @param keep whether all stays up until Ctrl-C
 */
record EmbeddedOptions(Optional<Path> model, int sizeMib, int port, boolean keep) {
    private static final int SIZE_MIB = 300;
    private static final int SIZE_MIB_MIN = 20;
    private static final int SIZE_MIB_MAX = 8192;
    private static final int PORT = 8080;
    private static final int PORT_MIN = 1024;

    /** The agent takes the next. */
    private static final int PORT_MAX = 65534;

    /**
     * Reads it.
     *
     * @param terminal whether somebody sits there
     * @throws IllegalStateException with what to change
     */
    static EmbeddedOptions of(Map<String, String> env, boolean terminal) {
        String model = env.getOrDefault("MODEL", "");
        String keep = env.getOrDefault("KEEP", "");
        return new EmbeddedOptions(
                model.isEmpty() ? Optional.empty() : Optional.of(Path.of(model).toAbsolutePath()),
                number(env, "SIZE_MB", SIZE_MIB, SIZE_MIB_MIN, SIZE_MIB_MAX),
                number(env, "PORT", PORT, PORT_MIN, PORT_MAX),
                keep.isEmpty() ? terminal : keep.equals("1"));
    }

    private static int number(
            Map<String, String> env, String name, int otherwise, int least, int most) {
        String value = env.getOrDefault(name, "");
        try {
            int number = value.isEmpty() ? otherwise : Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalStateException(
                "%s=%s must be a number from %d to %d".formatted(name, value, least, most));
    }
}
