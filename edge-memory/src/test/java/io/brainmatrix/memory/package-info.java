/** Tests. */
@NullMarked
package io.brainmatrix.memory;

import org.jspecify.annotations.NullMarked;
