/** Claims about the quickstart's pure parts. */
@NullMarked
package io.brainmatrix.quickstart;

import org.jspecify.annotations.NullMarked;
