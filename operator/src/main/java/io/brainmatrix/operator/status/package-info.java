/** From what was read and decided to the status, its conditions and its Events. */
@NullMarked
package io.brainmatrix.operator.status;

import org.jspecify.annotations.NullMarked;
