/** Tests of how lives end and how instances come back. */
@NullMarked
package io.brainmatrix.operator.recovery;

import org.jspecify.annotations.NullMarked;
