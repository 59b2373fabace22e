/** The operator's own metrics; every name is a constant here. */
@NullMarked
package io.brainmatrix.operator.metrics;

import org.jspecify.annotations.NullMarked;
