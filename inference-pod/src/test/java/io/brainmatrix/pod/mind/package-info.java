@NullMarked
package io.brainmatrix.pod.mind;

import org.jspecify.annotations.NullMarked;
