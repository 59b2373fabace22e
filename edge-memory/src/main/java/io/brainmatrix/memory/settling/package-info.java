/** When a node's memory counts as settled: pure functions over samples. */
@NullMarked
package io.brainmatrix.memory.settling;

import org.jspecify.annotations.NullMarked;
