/** Starts bound pods as processes of this machine, each below its own memory limit. */
@NullMarked
package io.brainmatrix.embedded.kubelet;

import org.jspecify.annotations.NullMarked;
