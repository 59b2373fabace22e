/** Tests of the cluster's adapters. */
@NullMarked
package io.brainmatrix.operator.kube;

import org.jspecify.annotations.NullMarked;
