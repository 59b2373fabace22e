package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.pod.engine.Desk;
import java.time.Duration;
import java.util.Optional;

/**
 * Liveness by progress: an engine that has work and gives no sign of life for too long gives none
 * any more, and its process ends with a code of its own. Asked after each of the guard's looks, so
 * no probe has to fail first, and an endpoint that still answers does not hide it.
 */
final class HungRule {
    /** Where the instance's {@code engine.silenceTimeout} does not say. */
    static final Duration SILENCE = Duration.ofMinutes(2);

    private final Duration silence;

    /**
     * With the silence that is borne, beside the time that the prompts under way may take.
     *
     * @param asked what the configuration says
     */
    HungRule(Optional<Duration> asked) {
        this.silence = asked.orElse(SILENCE);
    }

    /** What to end with, when it is time. */
    Optional<String> look(Desk desk) {
        return desk.hung(silence)
                ? Optional.of(
                        "the engine has had work and produced nothing for %.0f s; %.0f s are borne, and half a second more for each token of the prompts under way"
                                .formatted(
                                        desk.silent().toMillis() / 1e3, silence.toMillis() / 1e3))
                : Optional.empty();
    }
}
