/**
 * The desired pods, Services and volumes of a matrix: pure builders, every field that matters said.
 */
@NullMarked
package io.brainmatrix.operator.workload;

import org.jspecify.annotations.NullMarked;
