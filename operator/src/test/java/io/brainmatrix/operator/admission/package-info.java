/** Tests of admission: snapshots in, decisions out. */
@NullMarked
package io.brainmatrix.operator.admission;

import org.jspecify.annotations.NullMarked;
