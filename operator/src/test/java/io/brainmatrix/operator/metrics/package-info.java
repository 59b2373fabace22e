@NullMarked
package io.brainmatrix.operator.metrics;

import org.jspecify.annotations.NullMarked;
