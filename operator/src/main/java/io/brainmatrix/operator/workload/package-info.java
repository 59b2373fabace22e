/**
 * The objects that one instance needs, fully specified: names, pod, service, volumes; pure
 * builders.
 */
@NullMarked
package io.brainmatrix.operator.workload;

import org.jspecify.annotations.NullMarked;
