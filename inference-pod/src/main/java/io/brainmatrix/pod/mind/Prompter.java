package io.brainmatrix.pod.mind;

import io.brainmatrix.pod.engine.Engine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Puts a prompt together: each part within its share of the tokens, all of it within the context,
 * whatever the parts are. Pure, but for the tokenizer and the template that it is given.
 */
final class Prompter {
    /** Less of one that is watched says nothing: then the next prompt tells the others. */
    static final int SIGHTING_MIN = 48;

    private static final String ASKED = "Your next thought:";

    private final Function<List<Engine.Message>, String> template;
    private final Cut cut;
    private final MindConfig.Shares shares;

    /** Tokens that a prompt may have. */
    private final int room;

    /**
     * A prompter.
     *
     * @param template makes one text of the system's message and the user's
     * @param tokens of a text, as the engine counts them
     */
    Prompter(
            Function<List<Engine.Message>, String> template,
            ToIntFunction<String> tokens,
            MindConfig.Shares shares,
            int room) {
        this.template = template;
        this.cut = new Cut(tokens);
        this.shares = shares;
        this.room = room;
    }

    /**
     * What there is to tell; any of it may be empty.
     *
     * @param watched the oldest first
     * @param thoughts its own and what ended lives between them, the oldest first
     */
    record Material(
            String persona,
            String deaths,
            String memory,
            List<Sighting> watched,
            List<String> thoughts) {
        Material {
            watched = List.copyOf(watched);
            thoughts = List.copyOf(thoughts);
        }
    }

    /**
     * A prompt.
     *
     * @param told how many of those watched are in it, from the oldest
     */
    record Prompt(String text, int tokens, int told) {}

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

    /** Tokens of a text by itself. */
    int tokens(String text) {
        return cut.tokens(text);
    }

    private int frame() throws NoRoom {
        int empty = cut.tokens(template.apply(List.of(user(ASKED))));
        if (empty > room) {
            throw new NoRoom(empty, room);
        }
        return empty;
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
                String bare = template.apply(List.of(user(ASKED)));
                return new Prompt(bare, cut.tokens(bare), 0);
            }
        }
    }

    private Prompt assemble(Material material, int usable) {
        String persona = cut.head(material.persona(), part(shares.persona(), usable));
        List<String> sections = new ArrayList<>();
        add(sections, cut.head(material.deaths(), part(shares.deaths(), usable)));
        add(sections, cut.head(material.memory(), part(shares.memory(), usable)));
        List<String> seen = watched(material.watched(), part(shares.watched(), usable));
        add(sections, String.join("\n", seen));
        add(sections, thoughts(material.thoughts(), part(shares.thoughts(), usable)));
        sections.add(ASKED);
        List<Engine.Message> messages = new ArrayList<>();
        if (!persona.isEmpty()) {
            messages.add(new Engine.Message("system", persona));
        }
        messages.add(user(String.join("\n\n", sections)));
        String text = template.apply(messages);
        return new Prompt(text, cut.tokens(text), seen.size());
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
            String line = cut.head(sighting.line(), Math.min(each, left) - 1); // the line's end
            if (line.isEmpty()
                    || line.equals(Cut.MARK) // says nothing of it
                    || (line.endsWith(Cut.MARK) && left < each && !lines.isEmpty())) {
                break; // it comes first in the next one, with more room
            }
            lines.add(line);
            left -= cut.tokens(line) + 1;
        }
        return lines;
    }

    /** The newest that have room, in their order. */
    private String thoughts(List<String> thoughts, int budget) {
        Deque<String> kept = new ArrayDeque<>();
        int left = budget;
        for (String thought : thoughts.reversed()) {
            String text = Plain.of(thought);
            if (text.isEmpty()) {
                continue;
            }
            int tokens = cut.tokens(text) + 1;
            if (tokens > left) {
                if (kept.isEmpty()) {
                    add(kept, cut.tail(text, left - 1));
                }
                break;
            }
            kept.addFirst(text);
            left -= tokens;
        }
        return String.join("\n", kept);
    }

    private static void add(Deque<String> kept, String text) {
        if (!text.isEmpty()) {
            kept.addFirst(text);
        }
    }
}
