/**
 * What is so of one matrix and what to do about its pods: from a snapshot to its status, its steps
 * and its Events.
 */
@NullMarked
package io.brainmatrix.operator.matrix;

import org.jspecify.annotations.NullMarked;
