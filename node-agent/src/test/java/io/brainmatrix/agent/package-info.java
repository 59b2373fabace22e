/** Tests. */
@NullMarked
package io.brainmatrix.agent;

import org.jspecify.annotations.NullMarked;
