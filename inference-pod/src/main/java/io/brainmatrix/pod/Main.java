package io.brainmatrix.pod;

import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.lifecycle.Life;
import java.io.IOException;

/** Entry point of the image. */
public final class Main {
    private Main() {}

    /** Begins the one life of this process. */
    public static void main(String[] arguments) throws IOException {
        Life.begin(Life.Surroundings.ofContainer(), LlamaEngine.loader());
    }
}
