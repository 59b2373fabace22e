/** The pod as its image starts it, in a cgroup of its own, watched from outside. */
@NullMarked
package io.brainmatrix.pod.packaged;

import org.jspecify.annotations.NullMarked;
