/** Tests. */
@NullMarked
package io.brainmatrix.pod.telemetry;

import org.jspecify.annotations.NullMarked;
