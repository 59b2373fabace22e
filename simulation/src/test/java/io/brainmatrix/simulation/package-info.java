@NullMarked
package io.brainmatrix.simulation;

import org.jspecify.annotations.NullMarked;
