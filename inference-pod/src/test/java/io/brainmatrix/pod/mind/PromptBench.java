package io.brainmatrix.pod.mind;

import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.LlamaEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * How long it takes to put a prompt together, by the real tokenizer and chat template of a
 * generated model: {@code bench/prompt}.
 */
final class PromptBench {
    private static final int THOUGHT_TOKENS = 128;
    private static final MindConfig.Shares SHARES = new MindConfig.Shares(30, 5, 5, 30, 30);
    private static final String[] WORDS = {
        "the",
        "lamp",
        "is",
        "warm",
        "and",
        "I",
        "see",
        "somebody",
        "who",
        "thinks",
        "of",
        "it",
        "again",
        "while",
        "memory",
        "runs",
        "short"
    };

    private PromptBench() {}

    /**
     * Runs it.
     *
     * @param arguments a directory, tokens of the context, how often
     */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int context = Integer.parseInt(arguments[1]);
        int times = Integer.parseInt(arguments[2]);
        Path model = directory.resolve("model.gguf");
        ModelFile.write(model, ModelSpec.ofSize(ModelSpec.Mode.RANDOM, 4, 1), done -> {});
        Engine engine =
                LlamaEngine.load(
                        new LlamaEngine.Settings(
                                model,
                                context,
                                1,
                                1,
                                512,
                                "f16",
                                "f16",
                                false,
                                0,
                                true,
                                directory.resolve("engine.log")));
        Prompter prompter =
                new Prompter(engine::prompt, engine::countTokens, SHARES, context - THOUGHT_TOKENS);
        StringBuilder told = new StringBuilder();
        told.append(
                "| What there is to tell | Tokens of the prompt | p50 ms | p99 ms | Its tokens once, p50 ms |\n");
        told.append("|---|---|---|---|---|\n");
        measure(told, "more than fits of everything", full(new Random(1)), prompter, engine, times);
        measure(told, "short lines", lines(new Random(2)), prompter, engine, times);
        measure(
                told,
                "one thought of 256 KiB is watched",
                one(new Random(3)),
                prompter,
                engine,
                times);
        Files.writeString(directory.resolve("told"), told);
        Runtime.getRuntime().halt(0);
    }

    private static void measure(
            StringBuilder told,
            String what,
            Prompter.Material material,
            Prompter prompter,
            Engine engine,
            int times)
            throws Prompter.NoRoom {
        long[] each = new long[times];
        long[] once = new long[times];
        Prompter.Prompt prompt = prompter.assemble(material);
        for (int i = 0; i < 2 * times; i++) { // the first half warms up
            long began = System.nanoTime();
            prompt = prompter.assemble(material);
            each[i % times] = System.nanoTime() - began;
            began = System.nanoTime();
            int tokens = engine.countTokens(prompt.text());
            once[i % times] = System.nanoTime() - began;
            if (tokens != prompt.tokens()) {
                throw new IllegalStateException("it has %d tokens".formatted(tokens));
            }
        }
        Arrays.sort(each);
        Arrays.sort(once);
        told.append(
                String.format(
                        Locale.ROOT,
                        "| %s | %d | %.2f | %.2f | %.2f |%n",
                        what,
                        prompt.tokens(),
                        each[times / 2] / 1e6,
                        each[times * 99 / 100] / 1e6,
                        once[times / 2] / 1e6));
    }

    private static String text(Random random, int chars) {
        StringBuilder text = new StringBuilder(chars + 16);
        while (text.length() < chars) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.toString().strip();
    }

    /** As an inbox that is behind and a mind that has thought for long. */
    private static Prompter.Material full(Random random) {
        return material(random, 4000, 64, 700, 64, 900);
    }

    private static Prompter.Material lines(Random random) {
        return material(random, 400, 64, 120, 64, 120);
    }

    private static Prompter.Material one(Random random) {
        return material(random, 400, 1, 256 << 10, 64, 500);
    }

    private static Prompter.Material material(
            Random random, int persona, int seen, int seenChars, int thoughts, int thoughtChars) {
        List<Sighting> watched = new ArrayList<>();
        for (int i = 1; i <= seen; i++) {
            watched.add(
                    new Sighting(
                            i,
                            false,
                            "(#%d) subject, life 1, thought %d: %s"
                                    .formatted(i, i, text(random, seenChars))));
        }
        List<String> own = new ArrayList<>();
        for (int i = 0; i < thoughts; i++) {
            own.add(text(random, thoughtChars));
        }
        return new Prompter.Material(
                text(random, persona),
                "You have died 3 times: twice out of memory, once killed from outside (Killed); the last time some minutes ago.",
                "Your memory is nearly full: more than 90 percent of all that you may have.",
                watched,
                own);
    }
}
