package io.brainmatrix.pod.engine;

import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * What answers prompts: one model, loaded once, for the life of the process. Adapters must not let
 * any input end the process; what native code would abort on is refused before it gets there.
 */
public interface Engine {
    /**
     * What to generate.
     *
     * @param maxTokens at least 1
     * @param stop texts that end the answer and are not part of it
     */
    record Request(String prompt, int maxTokens, Sampling sampling, java.util.List<String> stop) {}

    /**
     * How tokens are chosen.
     *
     * @param temperature 0 is greedy
     * @param topP in (0, 1]
     * @param topK 0 for no bound
     * @param seed negative for a random one
     * @param frequencyPenalty for each time that a token has come, from -2 to 2
     * @param presencePenalty for a token that has come at all, from -2 to 2
     * @param logitBias by token id, all of them in the vocabulary: another aborts llama.cpp
     */
    record Sampling(
            double temperature,
            double topP,
            int topK,
            int seed,
            double frequencyPenalty,
            double presencePenalty,
            Map<Integer, Double> logitBias) {
        public Sampling {
            logitBias = Map.copyOf(logitBias);
        }

        /** The likeliest token each time. */
        public static Sampling greedy() {
            return new Sampling(0, 1, 1, 1, 0, 0, Map.of());
        }
    }

    /** One message of a chat. */
    record Message(String role, String content) {}

    /**
     * Generates; returns how many tokens were made. The sink gets each piece as it comes and says
     * whether to go on: cancelling is only possible from here, between two pieces.
     */
    int generate(Request request, Predicate<String> sink);

    /**
     * Layers that it says are on the GPU, the output layer counted as one; empty when it says
     * nothing.
     */
    OptionalInt layersOnGpu();

    /** Tokens of a text, with those that the model puts before each prompt. */
    int countTokens(String text);

    /**
     * The model's own chat template over these messages; at least one.
     *
     * @throws IllegalArgumentException when the template does not take them
     */
    String prompt(java.util.List<Message> messages);
}
