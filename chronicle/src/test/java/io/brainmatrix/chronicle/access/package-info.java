/** Tests. */
@NullMarked
package io.brainmatrix.chronicle.access;

import org.jspecify.annotations.NullMarked;
