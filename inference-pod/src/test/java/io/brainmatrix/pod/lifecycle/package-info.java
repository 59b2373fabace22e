/** Tests. */
@NullMarked
package io.brainmatrix.pod.lifecycle;

import org.jspecify.annotations.NullMarked;
