/** One JVM, one model, one life: plan, load, serve, under a guard. */
@NullMarked
package io.brainmatrix.pod;

import org.jspecify.annotations.NullMarked;
