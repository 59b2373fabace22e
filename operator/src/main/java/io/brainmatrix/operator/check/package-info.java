/** Whether an installation works: what {@code helm test} runs. */
@NullMarked
package io.brainmatrix.operator.check;

import org.jspecify.annotations.NullMarked;
