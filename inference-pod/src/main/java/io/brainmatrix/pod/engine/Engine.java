package io.brainmatrix.pod.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
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
     * @param grammar in GBNF, that the answer keeps to; a wrong one is not noticed by llama.cpp
     */
    record Request(
            String prompt,
            int maxTokens,
            Sampling sampling,
            List<String> stop,
            Optional<String> grammar) {
        /** Text of any form, as far as it goes. */
        public static Request of(String prompt, int maxTokens, Sampling sampling) {
            return new Request(prompt, maxTokens, sampling, List.of(), Optional.empty());
        }
    }

    /** The model has no tokens for what a grammar asks for. */
    @SuppressWarnings("serial") // never serialized
    final class NotWritable extends RuntimeException {
        NotWritable() {
            super("asks for text that the model has no tokens for");
        }
    }

    /** Why an answer ended. */
    enum Ending {
        /** The model was done, or a stop text came. */
        Stop,
        /** As many tokens as were asked for. */
        Length,
        /** The sink wanted no more. */
        Cancelled
    }

    /**
     * What was generated.
     *
     * @param tokens that the model made, with one that ends its text and those of a stop text.
     *     Where it puts a character together from several tokens and does not reach its bound,
     *     those are counted as its tokenizer would cut the character
     */
    record Outcome(int tokens, Ending ending) {}

    /**
     * How tokens are chosen.
     *
     * @param temperature 0 is greedy
     * @param topP in (0, 1]
     * @param topK 0 for no bound
     * @param minP tokens less likely than this part of the likeliest are left out
     * @param seed negative for a random one
     * @param frequencyPenalty for each time that a token has come, from -2 to 2
     * @param presencePenalty for a token that has come at all, from -2 to 2
     * @param repeatPenalty divides the logit of a token that has come; positive
     * @param logitBias by token id, all of them in the vocabulary: another aborts llama.cpp
     */
    record Sampling(
            double temperature,
            double topP,
            int topK,
            double minP,
            int seed,
            double frequencyPenalty,
            double presencePenalty,
            double repeatPenalty,
            Map<Integer, Double> logitBias) {
        public Sampling {
            logitBias = Map.copyOf(logitBias);
        }

        /** The likeliest token each time. */
        public static Sampling greedy() {
            return new Sampling(0, 1, 1, 0, 1, 0, 0, 1, Map.of());
        }
    }

    /** One message of a chat. */
    record Message(String role, String content) {}

    /**
     * Generates. The sink gets each piece as it comes, an empty one where a token has no text or
     * its text may begin a stop text, and says whether to go on: cancelling is only possible from
     * here, between two pieces.
     *
     * @throws NotWritable before anything is generated
     */
    Outcome generate(Request request, Predicate<String> sink);

    /**
     * Layers that it says are on the GPU, the output layer counted as one; empty when it says
     * nothing.
     */
    OptionalInt layersOnGpu();

    /** What an engine's memory is for. */
    enum Part {
        Weights,
        Cache,
        Compute
    }

    /** Bytes that it says it has reserved; what it says nothing of is left out. */
    default Map<Part, Long> buffers() {
        return Map.of();
    }

    /** Tokens of a text, with those that the model puts before each prompt. */
    int countTokens(String text);

    /** Ids of a text's tokens, without those that the model puts before each prompt. */
    int[] tokens(String text);

    /**
     * The model's own chat template over these messages; at least one.
     *
     * @throws IllegalArgumentException when the template does not take them
     */
    String prompt(List<Message> messages);
}
