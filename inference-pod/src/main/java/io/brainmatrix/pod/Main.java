package io.brainmatrix.pod;

import io.brainmatrix.pod.lifecycle.InstanceConfig;
import io.brainmatrix.pod.lifecycle.Life;
import java.io.IOException;
import java.nio.file.Path;

/** Entry point of the image: finds its surroundings and lives. */
public final class Main {
    private static final int PORT = 8080;

    private Main() {}

    /** Begins the one life of this process. */
    public static void main(String[] arguments) throws IOException {
        Life.begin(
                new Life.Surroundings(
                        System.getenv(InstanceConfig.ENVIRONMENT),
                        Path.of("/proc"),
                        Path.of("/sys/fs/cgroup"),
                        Path.of(
                                System.getenv()
                                        .getOrDefault(
                                                "BRAINMATRIX_TERMINATION_LOG",
                                                "/dev/termination-log")),
                        Path.of(System.getProperty("de.kherud.llama.tmpdir", "/scratch")),
                        Integer.parseInt(
                                System.getenv()
                                        .getOrDefault(
                                                "BRAINMATRIX_PORT", Integer.toString(PORT)))));
    }
}
