/** Tests. */
@NullMarked
package io.brainmatrix.chronicle.feed;

import org.jspecify.annotations.NullMarked;
