/** Tests of the API, and the last step of making its definitions. */
@NullMarked
package io.brainmatrix.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
