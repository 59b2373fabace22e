/** Readers and writers of the cluster: everything that touches the API server. */
@NullMarked
package io.brainmatrix.operator.kube;

import org.jspecify.annotations.NullMarked;
