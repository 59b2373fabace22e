@NullMarked
package io.brainmatrix.memory.inspect;

import org.jspecify.annotations.NullMarked;
