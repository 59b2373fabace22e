package io.brainmatrix.pod.mind;

import io.brainmatrix.pod.engine.Engine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * Puts a prompt together: each part within its share of the tokens, all of it within the context,
 * whatever the parts are. Pure, but for the tokenizer and the template that it is given.
 */
final class Prompter {
    /** Less of one that is watched says nothing: then the next prompt tells the others. */
    static final int SIGHTING_MIN = 48;

    private static final String ASKED = "Your next thought:";

    private final Function<List<Engine.Message>, String> template;
    private final Tokenizer tokenizer;
    private final Cut cut;
    private final MindConfig.Shares shares;

    /** Tokens that a prompt may have. */
    private final int room;

    /** What is around the parts, which is the same in each prompt. */
    private final Prompt bare;

    /** Takes texts for the engine apart. */
    interface Tokenizer {
        /** The ids of a text's tokens. */
        int[] ids(String text);

        /** Tokens that the model puts before each prompt. */
        int before();
    }

    /**
     * A prompter.
     *
     * @param template makes one text of the system's message and the user's
     * @param tokenizer the engine's
     */
    Prompter(
            Function<List<Engine.Message>, String> template,
            Tokenizer tokenizer,
            MindConfig.Shares shares,
            int room) {
        this.template = template;
        this.tokenizer = tokenizer;
        this.cut = new Cut(text -> tokenizer.ids(text).length);
        this.shares = shares;
        this.room = room;
        this.bare = prompt(List.of(user(ASKED)), 0);
    }

    /**
     * What there is to tell; any of it may be empty.
     *
     * @param watched the oldest first
     * @param thoughts its own and what ended lives between them, the oldest first, plain
     */
    record Material(
            Counted persona,
            String deaths,
            String memory,
            List<Sighting> watched,
            List<Counted> thoughts) {
        Material {
            watched = List.copyOf(watched);
            thoughts = List.copyOf(thoughts);
        }
    }

    /**
     * A prompt.
     *
     * @param ids of its tokens, as they were counted for it to fit
     * @param tokens of it, with those that the model puts before it
     * @param told how many of those watched are in it, from the oldest
     */
    record Prompt(String text, TokenIds ids, int tokens, int told) {}

    /** The context has not even room for what is around the parts. */
    @SuppressWarnings("serial") // never serialized
    static final class NoRoom extends Exception {
        NoRoom(int needed, int room) {
            super(
                    "an empty prompt has %d tokens, there is room for %d; raise `engine.contextLength` or lower `mind.thoughtTokens`"
                            .formatted(needed, room));
        }
    }

    /** Tokens that the persona may have, when all of it is to be told. */
    int personaTokens() throws NoRoom {
        return part(shares.persona(), room - frame());
    }

    /** Tokens that those watched may have. */
    int watchedTokens() throws NoRoom {
        return part(shares.watched(), room - frame());
    }

    /** Counts a text that is to be told, once for all prompts. */
    Counted counted(String text) {
        return Counted.of(text, part -> tokenizer.ids(part).length);
    }

    private int frame() throws NoRoom {
        if (bare.tokens() > room) {
            throw new NoRoom(bare.tokens(), room);
        }
        return bare.tokens();
    }

    /** Puts together. */
    Prompt assemble(Material material) throws NoRoom {
        int usable = room - frame();
        for (int attempt = 1; ; attempt++) {
            Prompt prompt = assemble(material, usable);
            if (prompt.tokens() <= room) {
                return prompt;
            }
            // Parts that stand beside each other may be cut into other tokens than each alone.
            usable -= prompt.tokens() - room + attempt;
            if (usable <= 0) {
                return bare;
            }
        }
    }

    private Prompt assemble(Material material, int usable) {
        String persona = cut.head(material.persona(), part(shares.persona(), usable)).text();
        List<String> sections = new ArrayList<>();
        add(sections, cut.head(counted(material.deaths()), part(shares.deaths(), usable)).text());
        add(sections, cut.head(counted(material.memory()), part(shares.memory(), usable)).text());
        List<String> seen = watched(material.watched(), part(shares.watched(), usable));
        add(sections, String.join("\n", seen));
        add(sections, thoughts(material.thoughts(), part(shares.thoughts(), usable)));
        sections.add(ASKED);
        List<Engine.Message> messages = new ArrayList<>();
        if (!persona.isEmpty()) {
            messages.add(new Engine.Message("system", persona));
        }
        messages.add(user(String.join("\n\n", sections)));
        return prompt(messages, seen.size());
    }

    /** Taken apart once: what is counted is what is recorded. */
    private Prompt prompt(List<Engine.Message> messages, int told) {
        String text = template.apply(messages);
        TokenIds ids = new TokenIds(tokenizer.ids(text));
        return new Prompt(text, ids, ids.count() + tokenizer.before(), told);
    }

    private static Engine.Message user(String text) {
        return new Engine.Message("user", text);
    }

    private static void add(List<String> sections, String text) {
        if (!text.isEmpty()) {
            sections.add(text);
        }
    }

    private static int part(int percent, int usable) {
        return (int) ((long) usable * percent / 100);
    }

    /** From the oldest on, in order; when there are many, long ones leave room for others. */
    private List<String> watched(List<Sighting> sightings, int budget) {
        List<String> lines = new ArrayList<>();
        int left = budget;
        int each = Math.max(SIGHTING_MIN, budget / Math.max(1, sightings.size()));
        for (Sighting sighting : sightings) {
            int most = Math.min(each, left) - 1; // the line's end
            Cut.Part line = cut.head(sighting.line(), most);
            if (line.isEmpty()
                    || line.text().equals(Cut.MARK) // says nothing of it
                    || (line.text().endsWith(Cut.MARK) && left < each && !lines.isEmpty())) {
                break; // it comes first in the next one, with more room
            }
            lines.add(line.text());
            left -= line.tokens() + 1;
        }
        return lines;
    }

    /** The newest that have room, in their order. */
    private String thoughts(List<Counted> thoughts, int budget) {
        Deque<String> kept = new ArrayDeque<>();
        int left = budget;
        for (Counted thought : thoughts.reversed()) {
            if (thought.isEmpty()) {
                continue;
            }
            Cut.Part whole = cut.whole(thought, left - 1);
            if (whole.isEmpty()) {
                if (kept.isEmpty()) {
                    add(kept, cut.tail(thought, left - 1).text());
                }
                break;
            }
            kept.addFirst(whole.text());
            left -= whole.tokens() + 1;
        }
        return String.join("\n", kept);
    }

    private static void add(Deque<String> kept, String text) {
        if (!text.isEmpty()) {
            kept.addFirst(text);
        }
    }
}
