package io.brainmatrix.memory.settling;

import java.util.OptionalLong;

/**
 * What the samples of one window say.
 *
 * @param slopePerSecond bytes per second, negative while memory is being taken; empty when there
 *     are too few samples to judge
 * @param settled whether a whole window is covered and its slope is within the bound
 */
public record Verdict(OptionalLong slopePerSecond, boolean settled) {}
