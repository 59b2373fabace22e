package io.brainmatrix.memory.settling;

import java.time.Duration;

/**
 * When memory counts as settled.
 *
 * @param window time over which the slope is judged
 * @param maxSlopePerSecond largest change in bytes per second, in either direction
 */
public record SettleRule(Duration window, long maxSlopePerSecond) {
    public SettleRule {
        if (!window.isPositive() || maxSlopePerSecond < 0) {
            throw new IllegalArgumentException(
                    "window %s must be positive and slope %d must not be negative"
                            .formatted(window, maxSlopePerSecond));
        }
    }
}
