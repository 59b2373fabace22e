package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.SwapUse;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final long RESERVE = 512L << 20;

    @TempDir private Path folder = Path.of("");

    @Test
    void publishesTheNodeAndItsPodsAsOneSnapshot() throws IOException {
        NodeFiles node = NodeFiles.below(folder);
        node.swapDevice();
        Sampler sampler = sampler(node);
        sampleFor(sampler, 0, 15);

        NodeMemoryStatus snapshot =
                snapshot(
                        sampler,
                        new PodMemory(
                                "uid-1", "Loading", 5L, null, null, 7L, 9L, START, null, null, null,
                                null, null, null));

        String expected =
                """
                {"heartbeat":"2026-01-01T00:00:10Z","bootId":"6f2c8a3e-0000-4000-8000-000000000001",
                 "capacity":8192000000,"available":3072000000,"reserve":536870912,"slopePerSecond":0,
                 "settleWindow":"1s","settledSince":"2026-01-01T00:00:01Z",
                 "pressure":{"someAvg10":125,"fullAvg10":50},
                 "swap":{"disk":0,"zram":2097152,"inPerSecond":0,"outPerSecond":0},"unified":true,
                 "instances":[{"podUid":"uid-1","phase":"Loading","used":5,"peak":7,"limit":9,
                               "loadStarted":"2026-01-01T00:00:00Z"}]}""";
        assertThat(tree(Serialization.asJson(snapshot))).isEqualTo(tree(expected));
    }

    private static JsonNode tree(String json) {
        return Serialization.unmarshal(json, JsonNode.class);
    }

    @Test
    void leavesOutWhatTheKernelDoesNotTell() throws IOException {
        NodeFiles node = NodeFiles.below(folder);
        Files.delete(node.proc().resolve("pressure/memory"));
        Sampler sampler = sampler(node);
        sampleFor(sampler, 0, 1);

        NodeMemoryStatus snapshot = snapshot(sampler);

        assertThat(snapshot.pressure()).isNull();
        assertThat(snapshot.swap()).isNull();
        assertThat(snapshot.slopePerSecond()).isNull();
        assertThat(snapshot.settledSince()).isNull();
    }

    @Test
    void doesNotSayThatNothingIsSwappedBeforeTwoReadingsTell() throws IOException {
        NodeFiles node = NodeFiles.below(folder);
        node.swapDevice();
        Sampler sampler = sampler(node);
        sampleFor(sampler, 0, 1);

        assertThat(snapshot(sampler).swap()).isEqualTo(new SwapUse(0L, 2L << 20, null, null));
    }

    @Test
    void saysThatPagesMoveUntilNoneMovedForASecond() throws IOException {
        NodeFiles node = NodeFiles.below(folder);
        node.swapDevice();
        Sampler sampler = sampler(node);
        sampleFor(sampler, 0, 2);
        node.swapped(10, 0);
        sampleFor(sampler, 2, 9);
        assertThat(rateIn(sampler)).isEqualTo(10 * 4096 * 10);

        sampleFor(sampler, 11, 3);

        assertThat(rateIn(sampler)).isZero();
    }

    @Test
    void isUnsettledAgainOnceMemoryMoves() throws IOException {
        NodeFiles node = NodeFiles.below(folder);
        Sampler sampler = sampler(node);
        sampleFor(sampler, 0, 15);
        assertThat(sampler.settled()).isTrue();

        for (int i = 15; i < 25; i++) {
            node.available(NodeFiles.AVAILABLE - (i - 14) * (100L << 20));
            sampleFor(sampler, i, 1);
        }

        assertThat(snapshot(sampler).settledSince()).isNull();
        assertThat(sampler.slopePerSecond().orElseThrow()).isNegative();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1})
    void aWallClockThatJumpsADayChangesNoVerdict(long days) throws IOException {
        NodeFiles node = NodeFiles.below(folder);
        Sampler sampler = sampler(node);

        for (int i = 0; i < 34; i++) {
            if (i == 30) {
                node.available(NodeFiles.AVAILABLE - (500L << 20));
            }
            Instant wall = START.plusMillis(i * 100L).plus(Duration.ofDays(i < 15 ? 0 : days));
            sampler.sample(1_000_000_000L + i * 100_000_000L, wall, Sampler.DEFAULT_RULE);
            if (i < 30) {
                assertThat(sampler.settled()).as("sample %d", i).isEqualTo(i >= 10);
            }
        }

        assertThat(sampler.settled()).isFalse();
        assertThat(sampler.slopePerSecond().orElseThrow()).isNegative();
    }

    private static long rateIn(Sampler sampler) {
        SwapUse swap = snapshot(sampler).swap();
        return swap == null || swap.inPerSecond() == null ? -1 : swap.inPerSecond();
    }

    private static Sampler sampler(NodeFiles node) throws IOException {
        return new Sampler(node.proc(), node.sys());
    }

    private static NodeMemoryStatus snapshot(Sampler sampler, PodMemory... pods) {
        return sampler.snapshot(
                START.plusSeconds(10), RESERVE, Sampler.DEFAULT_RULE, List.of(pods));
    }

    /** Ten samples a second. */
    private static void sampleFor(Sampler sampler, int from, int count) throws IOException {
        for (int i = from; i < from + count; i++) {
            sampler.sample(
                    1_000_000_000L + i * 100_000_000L,
                    START.plusMillis(i * 100L),
                    Sampler.DEFAULT_RULE);
        }
    }
}
