package io.brainmatrix.pod.engine;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Loads files one after the other in a JVM of its own and generates a token with each: what kills
 * it is the file that was named last. Arguments: a private folder, a list of files.
 */
final class LoadProbe {
    private LoadProbe() {}

    public static void main(String[] arguments) throws Exception {
        Path scratch = Path.of(arguments[0]);
        System.setProperty("de.kherud.llama.tmpdir", scratch.toString());
        for (String file : Files.readAllLines(Path.of(arguments[1]))) {
            System.out.println("TRY " + file);
            System.out.flush();
            System.out.println("DONE " + outcome(Path.of(file), scratch));
            System.out.flush();
        }
        Runtime.getRuntime().halt(0);
    }

    private static String outcome(Path file, Path scratch) {
        try {
            Engine engine =
                    LlamaEngine.load(
                            new LlamaEngine.Settings(
                                    file,
                                    64,
                                    1,
                                    1,
                                    32,
                                    "f16",
                                    "f16",
                                    false,
                                    0,
                                    true,
                                    scratch.resolve("engine.log")));
            engine.generate(Engine.Request.of("the", 1, Engine.Sampling.greedy()), piece -> true);
            return "served";
        } catch (EngineException | RuntimeException e) {
            return "refused by the engine";
        }
    }
}
