/** Wiring: what triggers which decision, and who carries it out. */
@NullMarked
package io.brainmatrix.operator.reconciler;

import org.jspecify.annotations.NullMarked;
