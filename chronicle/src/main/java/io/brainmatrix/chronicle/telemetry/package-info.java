/** What the chronicle counts. */
@NullMarked
package io.brainmatrix.chronicle.telemetry;

import org.jspecify.annotations.NullMarked;
