/** Tests. */
@NullMarked
package io.brainmatrix.chronicle.store;

import org.jspecify.annotations.NullMarked;
