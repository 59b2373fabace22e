/** Tests. */
@NullMarked
package io.brainmatrix.pod.http;

import org.jspecify.annotations.NullMarked;
