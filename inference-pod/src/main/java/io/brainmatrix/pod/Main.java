package io.brainmatrix.pod;

import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.lifecycle.Life;
import io.brainmatrix.pod.lifecycle.Scout;
import java.io.IOException;

/** Entry point of the image. */
public final class Main {
    private Main() {}

    /** Begins the one life of this process; a scout only waits for a file and ends. */
    public static void main(String[] arguments) throws IOException {
        if (!Scout.worked()) {
            Life.begin(Life.Surroundings.ofContainer(), LlamaEngine.loader());
        }
    }
}
