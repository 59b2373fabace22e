package io.brainmatrix.modelgenerator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A SentencePiece vocabulary: specials, bytes, the chain's words with every prefix of each (pairs
 * are merged, so a word without its prefixes cannot be reached), printable characters, filler.
 */
final class Vocabulary {
    static final int UNKNOWN = 0;
    static final int BOS = 1;
    static final int EOS = 2;

    /** The space in SentencePiece. */
    private static final String SPACE = "\u2581";

    private static final int NORMAL = 1;

    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private final List<Float> scores = new ArrayList<>();
    private final List<Integer> types = new ArrayList<>();

    Vocabulary(int size) {
        add("<unk>", 0, 2);
        add("<s>", 0, 3);
        add("</s>", 0, 3);
        for (int i = 0; i < 256; i++) {
            add("<0x%02X>".formatted(i), 0, 6);
        }
        for (String word : ChainText.WORDS) {
            add(SPACE + word, -1, NORMAL);
        }
        for (char c = 33; c <= 126; c++) {
            add(String.valueOf(c), -20, NORMAL);
        }
        add(SPACE, -20, NORMAL);
        for (String word : ChainText.WORDS) {
            for (int length = 1; length < word.length(); length++) {
                add(SPACE + word.substring(0, length), -10 - length * 0.01f, NORMAL);
            }
        }
        for (int i = 0; ids.size() < size; i++) {
            add("filler" + i, -30, NORMAL);
        }
        if (ids.size() > size) {
            throw new IllegalStateException(
                    "the vocabulary needs %d tokens, %d were asked for"
                            .formatted(ids.size(), size));
        }
    }

    private void add(String token, float score, int type) {
        if (ids.putIfAbsent(token, ids.size()) == null) {
            scores.add(score);
            types.add(type);
        }
    }

    List<String> tokens() {
        return List.copyOf(ids.keySet());
    }

    List<Float> scores() {
        return scores;
    }

    List<Integer> types() {
        return types;
    }

    /** Ids of the chain's words, in its order. */
    List<Integer> chain() {
        return ChainText.WORDS.stream().map(w -> ids.getOrDefault(SPACE + w, UNKNOWN)).toList();
    }

    /** The token for a line's end, which chat templates like to end in. */
    int newline() {
        return ids.getOrDefault("<0x0A>", UNKNOWN);
    }
}
