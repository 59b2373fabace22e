package io.brainmatrix.embedded;

import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.lifecycle.Life;
import java.io.IOException;

/**
 * The inference pod, all of it but the guard's power to end it: on the packaged pod's class path,
 * for the one life that is to show the kernel's own limit. With its guard a pod ends before the
 * kernel has to kill it.
 */
public final class UnguardedPod {
    private UnguardedPod() {}

    /** Begins the one life of this process. */
    public static void main(String[] arguments) throws IOException {
        Life.begin(Life.Surroundings.ofContainer(), LlamaEngine.loader(), false);
    }
}
