/** Tests of what is decided about one matrix. */
@NullMarked
package io.brainmatrix.operator.matrix;

import org.jspecify.annotations.NullMarked;
