/** The inference pod as its image starts it, in a memory cgroup of its own; wants root. */
@NullMarked
package io.brainmatrix.pod.limited;

import org.jspecify.annotations.NullMarked;
