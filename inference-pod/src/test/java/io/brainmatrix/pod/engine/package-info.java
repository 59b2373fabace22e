@NullMarked
package io.brainmatrix.pod.engine;

import org.jspecify.annotations.NullMarked;
