/** What of the kubelet can be judged without a pod, and its cgroups. */
@NullMarked
package io.brainmatrix.embedded.kubelet;

import org.jspecify.annotations.NullMarked;
