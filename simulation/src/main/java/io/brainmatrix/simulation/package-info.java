/**
 * A cluster on paper: an API server, kubelets, agents, users and faults under a virtual clock, and
 * the operator's own code deciding over it. One seed is one history, always the same.
 */
@NullMarked
package io.brainmatrix.simulation;

import org.jspecify.annotations.NullMarked;
