/** What the pod tells of itself: the black box, the status, metrics. */
@NullMarked
package io.brainmatrix.pod.telemetry;

import org.jspecify.annotations.NullMarked;
