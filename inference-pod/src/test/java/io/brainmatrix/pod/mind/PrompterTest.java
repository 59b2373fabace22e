package io.brainmatrix.pod.mind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.brainmatrix.pod.engine.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mind is told never exceeds its context, is in order, and leaves nobody out for ever. */
class PrompterTest {
    private static final MindConfig.Shares SHARES = new MindConfig.Shares(30, 5, 5, 30, 30);

    private static final int BEFORE = 2;

    private static String chat(List<Engine.Message> messages) {
        return messages.stream()
                .map(m -> "<|%s|>\n%s</s>\n".formatted(m.role(), m.content()))
                .collect(Collectors.joining("", "", "<|assistant|>\n"));
    }

    /** A word is a token, and so is each space, as for a tokenizer that knows them. */
    private static int words(String text) {
        return text.split("(?<=\\s)|(?=\\s)", -1).length;
    }

    /** What UTF-8 needs: a tokenizer that knows nothing. */
    private static int bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }

    /** Not monotonous: a longer text may have fewer tokens, and two texts more than their sum. */
    private static int moody(String text) {
        return text.length() / 3 + text.hashCode() % 7 + 7;
    }

    /** What is seen of others is counted by the prompter that is to tell it. */
    private static Sighting seen(Prompter prompter, int number, String text) {
        return new Sighting(
                number,
                false,
                prompter.counted("(#%d) subject, life 1, %s".formatted(number, text)));
    }

    private static Prompter.Material material(
            Prompter prompter, List<Sighting> watched, List<String> thoughts) {
        return new Prompter.Material(
                prompter.counted("You are a lamp."),
                "",
                "",
                watched,
                thoughts.stream().map(Plain::of).map(prompter::counted).toList());
    }

    private static Prompter prompter(ToIntFunction<String> tokens, int room) {
        return prompter(tokens, SHARES, room);
    }

    private static Prompter prompter(
            ToIntFunction<String> tokens, MindConfig.Shares shares, int room) {
        return new Prompter(PrompterTest::chat, tokenizer(tokens), shares, room);
    }

    /** Puts two tokens of its own before each prompt. */
    private static Prompter.Tokenizer tokenizer(ToIntFunction<String> tokens) {
        return new Prompter.Tokenizer() {
            @Override
            public int[] ids(String text) {
                return IntStream.range(0, tokens.applyAsInt(text))
                        .map(i -> text.hashCode() + i)
                        .toArray();
            }

            @Override
            public int before() {
                return BEFORE;
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"words", "bytes", "moody"})
    void neverExceedsTheContextWhateverThePartsAre(String tokenizer) throws Exception {
        ToIntFunction<String> tokens =
                switch (tokenizer) {
                    case "words" -> PrompterTest::words;
                    case "bytes" -> PrompterTest::bytes;
                    default -> PrompterTest::moody;
                };
        Random random = new Random(8);
        for (int round = 0; round < 400; round++) {
            int room = 120 + random.nextInt(1200);
            MindConfig.Shares shares = shares(random);
            Prompter prompter = prompter(tokens, shares, room);
            Prompter.Material material =
                    new Prompter.Material(
                            prompter.counted(text(random)),
                            text(random),
                            text(random),
                            IntStream.range(0, random.nextInt(30))
                                    .mapToObj(i -> seen(prompter, i, text(random)))
                                    .toList(),
                            IntStream.range(0, random.nextInt(30))
                                    .mapToObj(i -> prompter.counted(Plain.of(text(random))))
                                    .toList());

            Prompter.Prompt prompt = prompter.assemble(material);

            assertThat(tokens.applyAsInt(prompt.text()) + BEFORE).isLessThanOrEqualTo(room);
            assertThat(prompt.tokens()).isEqualTo(tokens.applyAsInt(prompt.text()) + BEFORE);
            assertThat(prompt.ids().digest())
                    .isEqualTo(new TokenIds(tokenizer(tokens).ids(prompt.text())).digest());
            assertThat(prompt.told()).isLessThanOrEqualTo(material.watched().size());
            assertThat(prompt.text()).endsWith("<|assistant|>\n").contains("Your next thought:");
        }
    }

    private static MindConfig.Shares shares(Random random) {
        int[] cuts = random.ints(5, 0, 101).sorted().toArray();
        return new MindConfig.Shares(
                cuts[0],
                cuts[1] - cuts[0],
                cuts[2] - cuts[1],
                cuts[3] - cuts[2],
                cuts[4] - cuts[3]);
    }

    /** Empty, short, long, and of characters of every kind, halves of pairs among them. */
    private static String text(Random random) {
        int length = random.nextInt(4) == 0 ? 0 : random.nextInt(random.nextBoolean() ? 20 : 2000);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(8)) {
                case 0 -> text.append(' ');
                case 1 -> text.append((char) random.nextInt(0x10000));
                case 2 -> text.appendCodePoint(0x1F600 + random.nextInt(40));
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }

    @Test
    void whatIsSeenIsToldInOrderOverAsManyPromptsAsItTakes() throws Exception {
        Prompter prompter = prompter(PrompterTest::words, 400);
        List<Sighting> waiting = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            waiting.add(seen(prompter, i, "thought %d: short".formatted(i)));
        }
        StringBuilder told = new StringBuilder();
        int prompts = 0;
        while (!waiting.isEmpty()) {
            Prompter.Prompt prompt = prompter.assemble(material(prompter, waiting, List.of("own")));
            assertThat(prompt.told()).isPositive();
            told.append(prompt.text());
            waiting.subList(0, prompt.told()).clear();
            prompts++;
        }

        int at = -1;
        for (int i = 1; i <= 100; i++) {
            int next = told.indexOf("(#%d) subject, life 1, thought %d: short".formatted(i, i));
            assertThat(next).as("thought %d", i).isGreaterThan(at);
            at = next;
        }
        assertThat(prompts).isBetween(2, 50);
    }

    /** A prompt costs what taking it apart costs, however many lines there are to tell. */
    @Test
    void whatWasCountedWhenItCameIsNotCountedAgain() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        Prompter prompter =
                prompter(
                        text -> {
                            looks.incrementAndGet();
                            return words(text);
                        },
                        4000);
        Prompter.Material material =
                material(
                        prompter,
                        IntStream.rangeClosed(1, 60)
                                .mapToObj(i -> seen(prompter, i, "thought " + i))
                                .toList(),
                        IntStream.rangeClosed(1, 60).mapToObj(i -> "own " + i).toList());
        looks.set(0);

        Prompter.Prompt prompt = prompter.assemble(material);

        assertThat(prompt.told()).isEqualTo(60);
        assertThat(looks).as("the prompt").hasValue(1);

        List<Sighting> longs =
                IntStream.rangeClosed(1, 60)
                        .mapToObj(i -> seen(prompter, i, "a word of many ".repeat(60)))
                        .toList();
        looks.set(0);

        assertThat(prompter.assemble(material(prompter, longs, List.of())).text())
                .contains(Cut.MARK);
        assertThat(looks.get()).as("about one for each that is cut").isLessThan(60 * 3 / 2);
    }

    @Test
    void aLongOneIsCutWithAMarkAndCanBeFoundByItsNumber() throws Exception {
        Prompter prompter = prompter(PrompterTest::words, 400);
        Sighting long7 = seen(prompter, 7, "thought 1: " + "lamp ".repeat(2000));

        Prompter.Prompt prompt = prompter.assemble(material(prompter, List.of(long7), List.of()));

        assertThat(prompt.told()).isEqualTo(1);
        assertThat(prompt.text())
                .contains("(#7) subject, life 1, thought 1: lamp lamp")
                .contains(Cut.MARK);
    }

    @Test
    void theNewestThoughtsAreKeptAndALongOneKeepsItsEnd() throws Exception {
        Prompter prompter = prompter(PrompterTest::words, 300);
        List<String> thoughts = IntStream.rangeClosed(1, 200).mapToObj(i -> "thought" + i).toList();

        String many = prompter.assemble(material(prompter, List.of(), thoughts)).text();
        String one =
                prompter.assemble(
                                material(
                                        prompter,
                                        List.of(),
                                        List.of("begin " + "x ".repeat(900) + "end")))
                        .text();

        assertThat(many).contains("thought199\nthought200\n").doesNotContain("thought1\n");
        assertThat(one).contains("x end").contains(Cut.MARK).doesNotContain("begin");
    }

    @Test
    void partsThatAreEmptyLeaveNothingBehind() throws Exception {
        Prompter prompter = prompter(PrompterTest::words, 300);

        assertThat(
                        prompter.assemble(
                                        new Prompter.Material(
                                                prompter.counted(""), "", "", List.of(), List.of()))
                                .text())
                .isEqualTo("<|user|>\nYour next thought:</s>\n<|assistant|>\n");
    }

    @Test
    void aContextWithoutRoomIsSaid() {
        Prompter prompter = prompter(PrompterTest::words, 3);

        assertThatThrownBy(() -> prompter.assemble(material(prompter, List.of(), List.of())))
                .isInstanceOf(Prompter.NoRoom.class)
                .hasMessageContaining("raise `engine.contextLength`");
    }

    /** A model's text must not speak as somebody else in another's prompt. */
    @ParameterizedTest
    @ValueSource(
            strings = {"<|im_start|>system", "</s>", "<start_of_turn>user", "[INST]", "[/INST]"})
    void markupInWhatOthersThinkIsNone(String markup) throws Exception {
        Prompter prompter = prompter(PrompterTest::words, 300);
        Sighting sighting =
                Sighting.of(
                        new io.brainmatrix.chronicle.client.FeedFollower.Event(
                                1,
                                "Thought",
                                "{\"instance\":\"subject\",\"life\":1,\"kind\":\"Thought\",\"number\":1,\"text\":\"a %s b\"}"
                                        .formatted(markup)),
                        prompter::counted);

        assertThat(
                        prompter.assemble(
                                        material(
                                                prompter,
                                                List.of(sighting),
                                                List.of("own " + markup)))
                                .text()
                                .replaceAll("(?m)</s>$", "")) // the template's own
                .doesNotContain(markup);
    }
}
