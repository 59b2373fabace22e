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
import java.util.function.BiFunction;

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
                new Prompter(
                        engine::prompt, Mind.tokenizer(engine), SHARES, context - THOUGHT_TOKENS);
        StringBuilder told = new StringBuilder();
        told.append(
                "| What there is to tell | Tokens of the prompt | Put together, p50, p99 ms | Counted as it came, p50 ms | Its tokens once, its digest, p50 ms |\n");
        told.append("|---|---|---|---|---|\n");
        measure(told, "more than fits of everything", PromptBench::full, prompter, engine, times);
        measure(told, "short lines", PromptBench::lines, prompter, engine, times);
        measure(
                told,
                "one thought of 256 KiB is watched",
                PromptBench::one,
                prompter,
                engine,
                times);
        Files.writeString(directory.resolve("told"), told);
        Runtime.getRuntime().halt(0);
    }

    /** Texts that were never seen before, each time. */
    private static void measure(
            StringBuilder told,
            String what,
            BiFunction<Prompter, Random, Prompter.Material> some,
            Prompter prompter,
            Engine engine,
            int times)
            throws Prompter.NoRoom {
        long[] each = new long[times];
        long[] counting = new long[times];
        long[] once = new long[times];
        long[] digest = new long[times];
        Random random = new Random(1);
        long tokens = 0;
        for (int i = 0; i < 2 * times; i++) { // the first half warms up
            long began = System.nanoTime();
            Prompter.Material material = some.apply(prompter, random);
            counting[i % times] = System.nanoTime() - began;
            began = System.nanoTime();
            Prompter.Prompt prompt = prompter.assemble(material);
            each[i % times] = System.nanoTime() - began;
            began = System.nanoTime();
            int counted = engine.countTokens(prompt.text());
            once[i % times] = System.nanoTime() - began;
            began = System.nanoTime();
            String hash = prompt.ids().digest();
            digest[i % times] = System.nanoTime() - began;
            if (counted != prompt.tokens()
                    || !hash.equals(new TokenIds(engine.tokens(prompt.text())).digest())) {
                throw new IllegalStateException("it has %d tokens".formatted(counted));
            }
            tokens += i < times ? 0 : counted;
        }
        told.append(
                String.format(
                        Locale.ROOT,
                        "| %s | %d | %.2f, %.2f | %.2f | %.2f, %.2f |%n",
                        what,
                        tokens / times,
                        part(each, 50),
                        part(each, 99),
                        part(counting, 50),
                        part(once, 50),
                        part(digest, 50)));
    }

    private static double part(long[] nanos, int percent) {
        Arrays.sort(nanos);
        return nanos[nanos.length * percent / 100] / 1e6;
    }

    private static String text(Random random, int chars) {
        StringBuilder text = new StringBuilder(chars + 16);
        while (text.length() < chars) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.toString().strip();
    }

    /** As an inbox that is behind and a mind that has thought for long. */
    private static Prompter.Material full(Prompter prompter, Random random) {
        return material(prompter, random, 4000, 64, 700, 64, 900);
    }

    private static Prompter.Material lines(Prompter prompter, Random random) {
        return material(prompter, random, 400, 64, 120, 64, 120);
    }

    private static Prompter.Material one(Prompter prompter, Random random) {
        return material(prompter, random, 400, 1, 256 << 10, 64, 500);
    }

    private static Prompter.Material material(
            Prompter prompter,
            Random random,
            int persona,
            int seen,
            int seenChars,
            int thoughts,
            int thoughtChars) {
        List<Sighting> watched = new ArrayList<>();
        for (int i = 1; i <= seen; i++) {
            watched.add(
                    new Sighting(
                            i,
                            false,
                            prompter.counted(
                                    "(#%d) subject, life 1, thought %d: %s"
                                            .formatted(i, i, text(random, seenChars)))));
        }
        List<Counted> own = new ArrayList<>();
        for (int i = 0; i < thoughts; i++) {
            own.add(prompter.counted(text(random, thoughtChars)));
        }
        return new Prompter.Material(
                prompter.counted(text(random, persona)),
                "You have died 3 times: twice out of memory, once killed from outside (Killed); the last time some minutes ago.",
                "Your memory is nearly full: more than 90 percent of all that you may have.",
                watched,
                own);
    }
}
