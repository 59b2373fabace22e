/** What a model will need, by arithmetic over its header. */
@NullMarked
package io.brainmatrix.memory.footprint;

import org.jspecify.annotations.NullMarked;
