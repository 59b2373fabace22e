/** Tests. */
@NullMarked
package io.brainmatrix.memory.settling;

import org.jspecify.annotations.NullMarked;
