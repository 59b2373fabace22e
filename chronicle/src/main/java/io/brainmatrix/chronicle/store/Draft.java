package io.brainmatrix.chronicle.store;

import io.brainmatrix.chronicle.entry.Entry;
import io.brainmatrix.chronicle.entry.Stored;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entry to be stored. What can be reckoned of it without the store is, by whoever brings it: the
 * one thread that writes has enough to do.
 *
 * @param digest of the entry
 * @param bytes of the entry
 * @param sequence the one it had where it was exported, kept when it is beyond the last; 0 for none
 * @param storedAt kept together with the sequence
 * @param ordered whether it must come after what its life told before
 */
public record Draft(
        Entry entry,
        String digest,
        long bytes,
        long sequence,
        @Nullable Instant storedAt,
        boolean ordered) {
    /** Something new. */
    public static Draft of(Entry entry) {
        return new Draft(entry, entry.digest(), entry.bytes(), 0, null, true);
    }

    /** Something that was exported. */
    public static Draft imported(Stored stored) {
        Entry entry = stored.entry();
        return new Draft(
                entry, entry.digest(), entry.bytes(), stored.sequence(), stored.storedAt(), false);
    }
}
