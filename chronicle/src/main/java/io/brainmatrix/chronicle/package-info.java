/** The minds' append-only store and its HTTP interface. */
@NullMarked
package io.brainmatrix.chronicle;

import org.jspecify.annotations.NullMarked;
