/** The order of a life, its phases and the ways it ends. */
@NullMarked
package io.brainmatrix.pod.lifecycle;

import org.jspecify.annotations.NullMarked;
