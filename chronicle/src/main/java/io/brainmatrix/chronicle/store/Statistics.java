package io.brainmatrix.chronicle.store;

import io.brainmatrix.chronicle.entry.Kind;
import io.brainmatrix.chronicle.entry.Origin;
import java.time.Instant;

/**
 * What was ever stored of one instance and kind.
 *
 * @param entries all that were ever stored, those removed included
 * @param recent stored within {@link Reader#RECENT}
 */
public record Statistics(
        Origin of,
        Kind kind,
        long entries,
        long bytes,
        long promptTokens,
        long completionTokens,
        Instant lastAt,
        long removedEntries,
        long removedBytes,
        long recent) {}
