package io.brainmatrix.pod.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests that fill their slots, side by side, in a JVM of its own. Arguments: a private folder, a
 * model, tokens over all slots, slots, tokens of a batch, requests, seed. Prints how many failed.
 */
final class SlotsProbe {
    /** One or two tokens each, by the vocabulary. */
    private static final List<String> WORDS = List.of(" a", " of", " the", " in");

    private SlotsProbe() {}

    public static void main(String[] arguments) throws Exception {
        Path scratch = Path.of(arguments[0]);
        System.setProperty("de.kherud.llama.tmpdir", scratch.toString());
        int context = Integer.parseInt(arguments[2]);
        int parallel = Integer.parseInt(arguments[3]);
        Engine engine =
                LlamaEngine.load(
                        new LlamaEngine.Settings(
                                Path.of(arguments[1]),
                                context,
                                1,
                                parallel,
                                Integer.parseInt(arguments[4]),
                                "f16",
                                "f16",
                                false,
                                0,
                                true,
                                scratch.resolve("engine.log")));
        AtomicInteger left = new AtomicInteger(Integer.parseInt(arguments[5]));
        AtomicInteger failed = new AtomicInteger();
        long seed = Long.parseLong(arguments[6]);
        List<Thread> clients = new ArrayList<>();
        for (int slot = 0; slot < parallel; slot++) {
            SplittableRandom random = new SplittableRandom(seed * parallel + slot);
            clients.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (left.getAndDecrement() > 0) {
                                            ask(engine, context / parallel, random, failed);
                                        }
                                    }));
        }
        for (Thread client : clients) {
            client.join();
        }
        System.out.println("FAILED " + failed.get());
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void ask(
            Engine engine, int slot, SplittableRandom random, AtomicInteger failed) {
        int words = random.nextInt(3) == 0 ? slot - 8 : random.nextInt(1, slot - 8);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(WORDS.get(random.nextInt(WORDS.size())));
        }
        String prompt = text.toString();
        int tokens = engine.countTokens(prompt);
        while (tokens >= slot) {
            prompt = prompt.substring(0, (int) (prompt.length() * 0.95));
            tokens = engine.countTokens(prompt);
        }
        try {
            engine.generate(
                    Engine.Request.of(prompt.toString(), slot - tokens, Engine.Sampling.greedy()),
                    piece -> true);
        } catch (RuntimeException e) { // the library's own type is package-private
            failed.incrementAndGet();
            System.out.println(tokens + " tokens: " + e.getMessage());
        }
    }
}
