/** The node as a whole. */
@NullMarked
package io.brainmatrix.embedded;

import org.jspecify.annotations.NullMarked;
