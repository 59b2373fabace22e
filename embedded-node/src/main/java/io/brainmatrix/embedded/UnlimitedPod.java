package io.brainmatrix.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.lifecycle.InstanceConfig;
import io.brainmatrix.pod.lifecycle.Life;
import io.brainmatrix.pod.lifecycle.Scout;
import java.io.IOException;

/**
 * The inference pod where nobody can limit memory, and the user said to go on all the same: it
 * measures itself, and its guard keeps its budget. No image has this class, so that a pod of a
 * cluster refuses to load without a limit whatever its environment says.
 */
public final class UnlimitedPod {
    private UnlimitedPod() {}

    /** Begins the one life of this process; a scout has no budget to keep. */
    public static void main(String[] arguments) throws IOException {
        if (Scout.worked()) {
            return;
        }
        Life.Surroundings real = Life.Surroundings.ofContainer();
        OwnMemory own = new OwnMemory(real.proc(), real.scratch().resolve("own"));
        own.begin(budget());
        Life.begin(
                new Life.Surroundings(
                        real.config(),
                        own.proc(),
                        own.cgroups(),
                        real.terminationLog(),
                        real.scratch(),
                        real.apiToken(),
                        real.mind(),
                        real.listen()),
                LlamaEngine.loader());
    }

    private static long budget() throws IOException {
        String config = System.getenv(InstanceConfig.ENVIRONMENT);
        return new ObjectMapper().readTree(config).at("/budget/ram").asLong();
    }
}
