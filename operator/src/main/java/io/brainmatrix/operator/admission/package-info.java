/**
 * Who is let in on a node, and why the others wait: pure decisions over one snapshot of that node.
 */
@NullMarked
package io.brainmatrix.operator.admission;

import org.jspecify.annotations.NullMarked;
