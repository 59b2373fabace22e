package io.brainmatrix.pod.llamacpp;

import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.LlamaEngine;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pod's engine without the pod: answers each line of its input, a prompt, with the seconds to
 * the first token and the tokens per second after it. Arguments: the model, the context, threads,
 * the batch, the number of tokens, the token that ends a text.
 */
final class DirectEngine {
    /** Before each line of its own: the library has things to say too. */
    static final String TOLD = "TOLD ";

    private DirectEngine() {}

    public static void main(String[] arguments) throws Exception {
        Path model = Path.of(arguments[0]);
        int tokens = Integer.parseInt(arguments[4]);
        Engine engine =
                LlamaEngine.load(
                        new LlamaEngine.Settings(
                                model,
                                Integer.parseInt(arguments[1]),
                                Integer.parseInt(arguments[2]),
                                1,
                                Integer.parseInt(arguments[3]),
                                "f16",
                                "f16",
                                false,
                                0,
                                true,
                                Path.of(System.getProperty("de.kherud.llama.tmpdir"))
                                        .resolve("direct.log")));
        Map<Integer, Double> bias = Map.of(Integer.parseInt(arguments[5]), -100.0);
        System.out.println(TOLD + "ready");
        System.out.flush();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String prompt;
        while ((prompt = in.readLine()) != null) {
            Timing timing = new Timing();
            Engine.Outcome outcome =
                    engine.generate(
                            new Engine.Request(
                                    prompt,
                                    tokens,
                                    new Engine.Sampling(0, 1, 1, 0, 1, 0, 0, 1, bias),
                                    List.of(),
                                    Optional.empty()),
                            piece -> {
                                timing.token();
                                return true;
                            });
            System.out.println(
                    TOLD + timing.firstSeconds() + " " + timing.perSecond(outcome.tokens()));
            System.out.flush();
        }
        Runtime.getRuntime().halt(0);
    }
}
