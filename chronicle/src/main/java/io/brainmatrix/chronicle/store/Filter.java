package io.brainmatrix.chronicle.store;

import io.brainmatrix.chronicle.entry.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which entries are asked for, within what may be read; what is null or empty is not asked.
 *
 * @param after sequences beyond it only; 0 for all
 * @param from stored at this time or later
 * @param to stored before this time
 * @param terms words and phrases that the text must have, all of them
 */
public record Filter(
        @Nullable String namespace,
        @Nullable String matrix,
        @Nullable String instance,
        Set<Kind> kinds,
        long after,
        long before,
        @Nullable Instant from,
        @Nullable Instant to,
        List<String> terms,
        boolean newestFirst) {
    /** Everything, in order. */
    public static final Filter NONE =
            new Filter(null, null, null, Set.of(), 0, Long.MAX_VALUE, null, null, List.of(), false);

    public Filter {
        kinds = Set.copyOf(kinds);
        terms = List.copyOf(terms);
    }

    /** The same beyond a sequence. */
    public Filter after(long sequence) {
        return new Filter(
                namespace, matrix, instance, kinds, sequence, before, from, to, terms, newestFirst);
    }

    /** The same, the newest before a sequence first. */
    public Filter newestBefore(long sequence) {
        return new Filter(
                namespace, matrix, instance, kinds, after, sequence, from, to, terms, true);
    }
}
