@NullMarked
package io.brainmatrix.operator.check;

import org.jspecify.annotations.NullMarked;
