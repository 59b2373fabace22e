/** An API server with its objects in memory: what a cluster of one node asks of one. */
@NullMarked
package io.brainmatrix.embedded.api;

import org.jspecify.annotations.NullMarked;
