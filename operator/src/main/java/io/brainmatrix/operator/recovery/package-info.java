/** How lives end, which ends are deaths, and when an instance may come back: pure decisions. */
@NullMarked
package io.brainmatrix.operator.recovery;

import org.jspecify.annotations.NullMarked;
