/** Who somebody is, asked of the API server. */
@NullMarked
package io.brainmatrix.chronicle.kube;

import org.jspecify.annotations.NullMarked;
