/** Which node an instance belongs to: pure decisions over views of all nodes. */
@NullMarked
package io.brainmatrix.operator.placement;

import org.jspecify.annotations.NullMarked;
