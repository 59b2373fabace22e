/** Tests of placement. */
@NullMarked
package io.brainmatrix.operator.placement;

import org.jspecify.annotations.NullMarked;
