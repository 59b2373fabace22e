/** Tests. */
@NullMarked
package io.brainmatrix.chronicle.kube;

import org.jspecify.annotations.NullMarked;
