/** A node of one process: API server, kubelet, and the operator and agent beside it. */
@NullMarked
package io.brainmatrix.embedded;

import org.jspecify.annotations.NullMarked;
