package io.brainmatrix.chronicle.entry;

import java.time.Instant;

/**
 * An entry in the chronicle.
 *
 * @param sequence its place: grows with time, is never given twice
 * @param storedAt by the chronicle's clock; never before that of an earlier sequence
 */
public record Stored(long sequence, Instant storedAt, Entry entry) {}
