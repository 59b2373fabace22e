/** Tells the chronicle in order, and keeps what cannot be told yet. */
@NullMarked
package io.brainmatrix.chronicle.client;

import org.jspecify.annotations.NullMarked;
