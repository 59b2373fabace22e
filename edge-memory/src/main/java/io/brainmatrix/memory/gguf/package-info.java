/** Headers of GGUF files, read and strictly checked before native code sees them (R11). */
@NullMarked
package io.brainmatrix.memory.gguf;

import org.jspecify.annotations.NullMarked;
