/** Claims about the whole, tried with the chart and the images on a real kubelet. */
@NullMarked
package io.brainmatrix.e2e;

import org.jspecify.annotations.NullMarked;
