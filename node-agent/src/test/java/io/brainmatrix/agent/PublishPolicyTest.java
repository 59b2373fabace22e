package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.Temperature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PublishPolicyTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final long GI = 1L << 30;

    private static NodeMemoryStatus at(
            Instant time, long available, @Nullable Instant settledSince, PodMemory... pods) {
        return at(time, available, settledSince, null, pods);
    }

    private static NodeMemoryStatus at(
            Instant time,
            long available,
            @Nullable Instant settledSince,
            @Nullable Temperature temperature,
            PodMemory... pods) {
        return new NodeMemoryStatus(
                time,
                "boot",
                8 * GI,
                available,
                GI,
                0L,
                "1s",
                settledSince,
                null,
                null,
                true,
                null,
                temperature,
                null,
                List.of(pods));
    }

    private static PodMemory pod(String phase, @Nullable Instant loadEnded) {
        return new PodMemory(
                "uid", phase, 1L, null, null, null, null, null, loadEnded, null, null, null, null,
                null);
    }

    private static java.util.Optional<String> why(
            NodeMemoryStatus last, NodeMemoryStatus now, Duration since, boolean fast) {
        return PublishPolicy.why(last, now, since, fast);
    }

    @Test
    void nothingNewIsNotPublished() {
        assertThat(why(at(NOW, GI, NOW), at(NOW, GI, NOW), Duration.ofSeconds(9), true)).isEmpty();
        assertThat(why(at(NOW, GI, NOW), at(NOW, GI, NOW), Duration.ofSeconds(59), false))
                .isEmpty();
    }

    @Test
    void heatIsToldWhenItBeginsAndEndsToStopAndNotWithEachDegree() {
        NodeMemoryStatus warm = at(NOW, GI, NOW, new Temperature("cpu", 60_000L, 75_000L));
        NodeMemoryStatus warmer = at(NOW, GI, NOW, new Temperature("cpu", 74_000L, 75_000L));
        NodeMemoryStatus hot = at(NOW, GI, NOW, new Temperature("cpu", 75_000L, 75_000L));

        assertThat(why(warm, warmer, Duration.ofSeconds(9), true)).isEmpty();
        assertThat(why(warmer, hot, Duration.ofMillis(100), false)).contains("heat");
        assertThat(why(hot, warmer, Duration.ofMillis(100), false)).contains("heat");
    }

    @Test
    void theHeartbeatIsFastWhileSomebodyWaitsAndSlowOtherwise() {
        assertThat(why(at(NOW, GI, NOW), at(NOW, GI, NOW), Duration.ofSeconds(10), true))
                .contains("heartbeat");
        assertThat(why(at(NOW, GI, NOW), at(NOW, GI, NOW), Duration.ofSeconds(60), false))
                .contains("heartbeat");
    }

    @Test
    void aPodsPhaseIsPublishedAtOnce() {
        assertThat(
                        why(
                                at(NOW, GI, NOW, pod("Loading", null)),
                                at(NOW, GI, NOW, pod("Serving", NOW)),
                                Duration.ZERO,
                                true))
                .contains("a pod's phase");
    }

    @Test
    void theFirstSnapshotThatIsSettledAWholeWindowAfterALoadIsPublished() {
        PodMemory pod = pod("Serving", NOW);

        assertThat(why(at(NOW, GI, NOW, pod), at(NOW, GI, NOW, pod), Duration.ZERO, true))
                .isEmpty();
        assertThat(
                        why(
                                at(NOW, GI, NOW, pod),
                                at(NOW, GI, NOW, pod.judged(true)),
                                Duration.ZERO,
                                true))
                .contains("a whole window after a load");
    }

    @Test
    void movesArePublishedAtMostOnceASecondWhileSomebodyWaits() {
        NodeMemoryStatus last = at(NOW, 4 * GI, NOW);

        for (long available : new long[] {3 * GI, 5 * GI}) {
            NodeMemoryStatus moved = at(NOW, available, NOW);
            assertThat(why(last, moved, Duration.ofSeconds(1), true)).isPresent();
            assertThat(why(last, moved, Duration.ofMillis(999), true)).isEmpty();
        }
    }

    /** Whoever comes next would be let in by the reading before the fall. */
    @Test
    void aSlowFallIsPublishedWhileNobodyWaitsAndARiseIsNot() {
        NodeMemoryStatus last = at(NOW, 4 * GI, NOW);
        NodeMemoryStatus fallen = at(NOW, 4 * GI - 8 * GI / 100 - 1, NOW);
        NodeMemoryStatus notFar = at(NOW, 4 * GI - 8 * GI / 100, NOW);
        NodeMemoryStatus risen = at(NOW, 5 * GI, NOW);

        assertThat(why(last, fallen, Duration.ofSeconds(10), false))
                .contains("less memory is available");
        assertThat(why(last, fallen, Duration.ofMillis(9_999), false)).isEmpty();
        assertThat(why(last, notFar, Duration.ofSeconds(59), false)).isEmpty();
        assertThat(why(last, risen, Duration.ofSeconds(59), false)).isEmpty();
    }

    @Test
    void thePodsStatusIsReadAsAgreed() throws IOException {
        String golden =
                Files.readString(
                        Path.of(System.getProperty("brainmatrix.root", ".."))
                                .resolve("contracts/status.json"));

        assertThat(PodWatch.parse("uid", golden))
                .hasValueSatisfying(
                        pod -> {
                            assertThat(pod.phase()).isEqualTo("Serving");
                            assertThat(pod.used()).isEqualTo(331350016);
                            assertThat(pod.limit()).isEqualTo(536870912);
                            assertThat(pod.loadEnded())
                                    .isEqualTo(Instant.parse("2026-01-01T00:00:06.654321Z"));
                        });
        assertThat(PodWatch.parse("uid", "<html>")).isEmpty();
    }

    @Test
    void theReserveIsTheNodesThenTheChartsThenTheDefault() {
        assertThat(Reserve.of("1Gi", "2Gi", 8 * GI)).isEqualTo(GI);
        assertThat(Reserve.of(null, "2Gi", 8 * GI)).isEqualTo(2 * GI);
        assertThat(Reserve.of(null, "", 8 * GI)).isEqualTo(GI / 2);
        assertThat(Reserve.of(null, null, 64 * GI)).isEqualTo(64 * GI / 20);
    }

    @Test
    void whileNobodyWaitsACalmThatMayNotLastIsToldLaterThanUnrest() {
        NodeMemoryStatus calm = at(NOW, GI, NOW.minusSeconds(60));
        NodeMemoryStatus unrest = at(NOW, GI, null);
        Duration moment = Duration.ofMillis(200);

        assertThat(why(calm, unrest, moment, false)).contains("unsettled");
        assertThat(why(unrest, at(NOW, GI, NOW.minusSeconds(9)), moment, false)).isEmpty();
        assertThat(why(unrest, at(NOW, GI, NOW.minusSeconds(10)), moment, false))
                .contains("settled");
        assertThat(why(unrest, at(NOW, GI, NOW), moment, true)).contains("settled");
    }
}
