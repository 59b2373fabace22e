/** Tells the chronicle in order, keeps what cannot be told yet, and follows its feed. */
@NullMarked
package io.brainmatrix.chronicle.client;

import org.jspecify.annotations.NullMarked;
