/** A user's look at a model file before anything is applied: {@code make inspect}. */
@NullMarked
package io.brainmatrix.memory.inspect;

import org.jspecify.annotations.NullMarked;
