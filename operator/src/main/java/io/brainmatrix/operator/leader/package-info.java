/** Which of several operator processes acts. */
@NullMarked
package io.brainmatrix.operator.leader;

import org.jspecify.annotations.NullMarked;
