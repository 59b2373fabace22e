@NullMarked
package io.brainmatrix.operator.workload;

import org.jspecify.annotations.NullMarked;
