package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.PodMemory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LoadWindowsTest {
    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final long MILLIS = 1_000_000;

    private final LoadWindows windows = new LoadWindows();

    private static PodMemory pod(boolean loaded, String endedAt) {
        return new PodMemory(
                "uid",
                "Serving",
                1L,
                null,
                null,
                null,
                null,
                null,
                loaded ? Instant.parse(endedAt) : null,
                null,
                null,
                null,
                null,
                null);
    }

    private boolean judge(PodMemory pod, long millis, boolean settled) {
        return Boolean.TRUE.equals(
                Objects.requireNonNull(
                                windows.judge(List.of(pod), millis * MILLIS, settled, WINDOW))
                        .getFirst()
                        .loadSettled());
    }

    @Test
    void aWholeWindowMustLieBehindTheLoad() {
        PodMemory loaded = pod(true, "2026-01-01T00:00:00Z");

        assertThat(judge(pod(false, ""), 0, true)).isFalse();
        assertThat(judge(loaded, 100, true)).isFalse();
        assertThat(judge(loaded, 1_099, true)).isFalse();
        assertThat(judge(loaded, 1_100, false)).isFalse();
        assertThat(judge(loaded, 1_100, true)).isTrue();
    }

    @Test
    void aWallClockThatJumpsChangesNothing() {
        assertThat(judge(pod(true, "2026-01-02T00:00:00Z"), 0, true)).isFalse();
        assertThat(judge(pod(true, "2026-01-02T00:00:00Z"), 1_000, true)).isTrue();
    }

    @Test
    void onlyPodsThatAreThereAreRemembered() {
        PodMemory loaded = pod(true, "2026-01-01T00:00:00Z");

        assertThat(judge(loaded, 0, true)).isFalse();
        windows.judge(List.of(), 500 * MILLIS, true, WINDOW);
        assertThat(judge(loaded, 1_000, true)).isFalse();
    }
}
