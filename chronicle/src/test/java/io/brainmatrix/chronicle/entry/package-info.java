/** Tests. */
@NullMarked
package io.brainmatrix.chronicle.entry;

import org.jspecify.annotations.NullMarked;
