/** Tells the chronicle what happened to instances: deaths, resurrections, suspensions. */
@NullMarked
package io.brainmatrix.operator.herald;

import org.jspecify.annotations.NullMarked;
