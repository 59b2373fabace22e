/** Tests. */
@NullMarked
package io.brainmatrix.chronicle;

import org.jspecify.annotations.NullMarked;
