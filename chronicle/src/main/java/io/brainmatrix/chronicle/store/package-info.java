/** Entries in SQLite or PostgreSQL: one writer that commits in groups, many readers. */
@NullMarked
package io.brainmatrix.chronicle.store;

import org.jspecify.annotations.NullMarked;
