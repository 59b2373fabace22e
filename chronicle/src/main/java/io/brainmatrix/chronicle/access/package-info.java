/** Who may write and read what; pure. */
@NullMarked
package io.brainmatrix.chronicle.access;

import org.jspecify.annotations.NullMarked;
