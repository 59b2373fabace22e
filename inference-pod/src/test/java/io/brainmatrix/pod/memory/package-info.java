/** Tests. */
@NullMarked
package io.brainmatrix.pod.memory;

import org.jspecify.annotations.NullMarked;
