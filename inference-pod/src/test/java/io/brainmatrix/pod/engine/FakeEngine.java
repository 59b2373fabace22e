package io.brainmatrix.pod.engine;

import java.util.List;
import java.util.OptionalInt;

/** What all engines of tests have alike: nothing on a GPU, one token a prompt, no template. */
public abstract class FakeEngine implements Engine {
    @Override
    public OptionalInt layersOnGpu() {
        return OptionalInt.empty();
    }

    @Override
    public int countTokens(String text) {
        return 1;
    }

    @Override
    public int[] tokens(String text) {
        return new int[countTokens(text)];
    }

    @Override
    public String prompt(List<Message> messages) {
        return messages.getLast().content();
    }
}
