/**
 * Brings Brain Matrix to a cluster and shows it at work: install, come up, answer, die, come back.
 */
@NullMarked
package io.brainmatrix.quickstart;

import org.jspecify.annotations.NullMarked;
