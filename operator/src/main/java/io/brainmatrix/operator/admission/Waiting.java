package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Reason;
import java.util.OptionalInt;

/**
 * Why one candidate waits.
 *
 * @param queuePosition 1 for the head; empty for one that may not queue
 */
public record Waiting(Reason reason, String message, OptionalInt queuePosition) {}
