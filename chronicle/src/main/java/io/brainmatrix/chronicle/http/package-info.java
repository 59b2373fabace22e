/** The HTTP interface. */
@NullMarked
package io.brainmatrix.chronicle.http;

import org.jspecify.annotations.NullMarked;
