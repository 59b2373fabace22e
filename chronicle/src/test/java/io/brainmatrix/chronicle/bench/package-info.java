/** Tests. */
@NullMarked
package io.brainmatrix.chronicle.bench;

import org.jspecify.annotations.NullMarked;
