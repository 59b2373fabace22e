/** Tests of the whole module. */
@NullMarked
package io.brainmatrix.operator;

import org.jspecify.annotations.NullMarked;
