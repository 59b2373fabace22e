/** The guard: pure budget arithmetic and the thread that samples. */
@NullMarked
package io.brainmatrix.pod.memory;

import org.jspecify.annotations.NullMarked;
