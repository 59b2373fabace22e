/**
 * Tells the chronicle what happened to instances: deaths and what they cut off, resurrections,
 * suspensions.
 */
@NullMarked
package io.brainmatrix.operator.herald;

import org.jspecify.annotations.NullMarked;
