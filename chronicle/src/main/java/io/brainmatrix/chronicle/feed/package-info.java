/** New entries to those that listen, without loss and within bounds. */
@NullMarked
package io.brainmatrix.chronicle.feed;

import org.jspecify.annotations.NullMarked;
