/** Tests. */
@NullMarked
package io.brainmatrix.modelgenerator;

import org.jspecify.annotations.NullMarked;
