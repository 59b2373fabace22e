@NullMarked
package io.brainmatrix.operator.herald;

import org.jspecify.annotations.NullMarked;
