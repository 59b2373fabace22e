/**
 * The API `brainmatrix.io/v1alpha1`: custom resources, their specs and statuses, conditions and
 * reasons.
 */
@NullMarked
package io.brainmatrix.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
