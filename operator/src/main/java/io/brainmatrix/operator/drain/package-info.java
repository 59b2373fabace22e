/**
 * The hook that runs before the chart is removed: nothing of the operator may be left that nobody
 * would remove.
 */
@NullMarked
package io.brainmatrix.operator.drain;

import org.jspecify.annotations.NullMarked;
