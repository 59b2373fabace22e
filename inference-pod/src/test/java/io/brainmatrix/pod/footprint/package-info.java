/** What the predicted footprint is worth: {@code make bench-footprint}. */
@NullMarked
package io.brainmatrix.pod.footprint;

import org.jspecify.annotations.NullMarked;
