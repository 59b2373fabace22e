package io.brainmatrix.operator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.OomKills;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelKillTest {
    private static final Instant ENDED = Instant.parse("2026-01-01T00:01:00Z");

    /** The end is told in whole seconds, the kill at the agent's next look. */
    @ParameterizedTest
    @CsvSource({
        "-500, NotSeen",
        "-200, Seen",
        "0, Seen",
        "1900, Seen",
        "2400, Seen",
        "2600, NotSeen"
    })
    void isSeenAboutThen(long millis, KernelKill expected) {
        Instant kill = ENDED.plusMillis(millis);

        assertThat(KernelKill.at(Optional.of(status(ENDED.plusSeconds(5), List.of(kill))), ENDED))
                .isEqualTo(expected);
    }

    @Test
    void isUnknownWhereNobodyLookedSince() {
        assertThat(KernelKill.at(Optional.empty(), ENDED)).isEqualTo(KernelKill.Unknown);
        assertThat(KernelKill.at(Optional.of(status(ENDED.plusSeconds(5), null)), ENDED))
                .as("a kernel that does not count")
                .isEqualTo(KernelKill.Unknown);
        assertThat(KernelKill.at(Optional.of(status(ENDED.plusSeconds(1), List.of())), ENDED))
                .as("written too soon to know")
                .isEqualTo(KernelKill.Unknown);
        assertThat(KernelKill.at(Optional.of(status(ENDED.plusSeconds(5), List.of())), ENDED))
                .isEqualTo(KernelKill.NotSeen);
    }

    @Test
    void isUnknownOnceAStormHasPushedItOut() {
        List<Instant> storm = Collections.nCopies(OomKills.RECENT_MAX, ENDED.plusSeconds(60));

        assertThat(KernelKill.at(Optional.of(status(ENDED.plusSeconds(61), storm)), ENDED))
                .isEqualTo(KernelKill.Unknown);
    }

    private static NodeMemoryStatus status(Instant heartbeat, @Nullable List<Instant> recent) {
        return new NodeMemoryStatus(
                heartbeat,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                recent == null ? null : new OomKills(9L, recent),
                List.of());
    }
}
