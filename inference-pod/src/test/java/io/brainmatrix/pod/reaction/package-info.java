/** How soon the guard acts, and how punctual it is: {@code make bench-guard}. */
@NullMarked
package io.brainmatrix.pod.reaction;

import org.jspecify.annotations.NullMarked;
