@NullMarked
package io.brainmatrix.operator.drain;

import org.jspecify.annotations.NullMarked;
