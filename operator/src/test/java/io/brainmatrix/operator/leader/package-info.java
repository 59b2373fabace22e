@NullMarked
package io.brainmatrix.operator.leader;

import org.jspecify.annotations.NullMarked;
