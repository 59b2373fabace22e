/** A mind: what it is told, what it thinks, and to whom it is told. */
@NullMarked
package io.brainmatrix.pod.mind;

import org.jspecify.annotations.NullMarked;
