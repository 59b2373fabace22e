package io.brainmatrix.operator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which ends are counted before their pod's phase tells: those that nothing can rename. */
class EarlyEndTest {
    private static final long GI = 1L << 30;
    private static final Instant ENDED = PodEnds.START.plusSeconds(5);

    /** What a test changes of an end that the container alone tells. */
    private static final class Told {
        int code = 137;
        String reason = "Error";
        String podReason = "";
        String stopping = "";
        boolean deleted;
        List<String> disruptions = List.of();
        boolean nodeGone;
        boolean rebooted;
        KernelKill kernelKill = KernelKill.Unknown;
        String phase = "Serving";
        Duration lastLook = Duration.ofMillis(300);
        long used = GI / 4;
        long available = 16 * GI;
        Duration learned = Duration.ofMillis(700);

        boolean isSure() {
            PodEnd end =
                    new PodEnd(
                            false,
                            "uid",
                            1,
                            OptionalInt.of(code),
                            Optional.of(reason),
                            text(podReason),
                            true,
                            true,
                            text(stopping),
                            deleted,
                            disruptions,
                            nodeGone,
                            rebooted,
                            kernelKill,
                            Optional.of(PodEnds.START),
                            ENDED,
                            GI / 2,
                            new LastWords(
                                    text(phase),
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty(),
                                    OptionalLong.empty(),
                                    Optional.empty(),
                                    lastLook.isNegative()
                                            ? List.of()
                                            : List.of(
                                                    new LastWords.Look(
                                                            ENDED.minus(lastLook),
                                                            used,
                                                            available))));
            return EarlyEnd.isSure(end, 2 * GI, ENDED.plus(learned));
        }

        private static Optional<String> text(String text) {
            return Optional.of(text).filter(t -> !t.isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "137, Error, true, a plain kill",
        "137, OOMKilled, false, the agent may tell of whose memory it was",
        "127, Error, true, a crash",
        "134, Error, true, a crash",
        "139, Error, true, a crash",
        "3, Error, true, its own heap",
        "10, Error, true, a fault",
        "11, Error, true, a fault",
        "13, Error, true, a fault",
        "30, OOMKilled, true, the mark is of an earlier kill: its own code tells",
        "31, Error, true, its own guard",
        "32, Error, true, its own guard",
        "33, Error, true, its own guard",
        "143, Error, false, an eviction looks the same until the phase is told",
        "255, Error, false, a reboot",
        "128, StartError, false, it never ran",
        "42, Error, false, nobody knows",
        "0, Completed, false, nobody knows",
    })
    void byItsCode(int code, String reason, boolean sure, String why) {
        Told told = new Told();
        told.code = code;
        told.reason = reason;

        assertThat(told.isSure()).as(why).isEqualTo(sure);
    }

    /** Each row one that the phase, or what comes with it, may call something else. */
    @ParameterizedTest
    @CsvSource({
        "stopping",
        "deleted",
        "disrupted",
        "evicted",
        "nodeGone",
        "draining",
        "speechless",
    })
    void whatSomebodyElseHadAHandInWaitsForThePhase(String what) {
        for (int code : new int[] {137, 31, 127}) {
            Told told = new Told();
            told.code = code;
            switch (what) {
                case "stopping" -> told.stopping = "Edited";
                case "deleted" -> told.deleted = true;
                case "disrupted" -> told.disruptions = List.of("EvictionByEvictionAPI");
                case "evicted" -> told.podReason = "Evicted";
                case "nodeGone" -> told.nodeGone = true;
                case "draining" -> told.phase = "Draining";
                default -> told.phase = "";
            }
            assertThat(told.isSure()).as("%s, exit code %d", what, code).isFalse();
        }
    }

    /** MiB in use of 512 at the last look, GiB that the node had left, 2 of them not for pods. */
    @ParameterizedTest
    @CsvSource({
        "Unknown, 300, 256, 16, true",
        "NotSeen, 300, 256, 16, true",
        "Seen, 300, 256, 16, false",
        // Its own limit: the mark may come a moment later.
        "Unknown, 300, 500, 16, false",
        // The node can have run out since: 7.8 GiB at 6 GiB/s in 1.3 s.
        "Unknown, 300, 256, 10, true",
        "Unknown, 300, 256, 9, false",
        "Unknown, 900, 256, 10, false",
        // It had stopped looking: frozen, or its node was away.
        "Unknown, 1100, 256, 64, false",
        "Unknown, 30000, 256, 64, false",
        // It left no look.
        "Unknown, -1, 256, 64, false",
    })
    void aKillThatMemoryMayExplainWaits(
            KernelKill kernelKill, long lookMillis, long used, long available, boolean sure) {
        Told told = new Told();
        told.kernelKill = kernelKill;
        told.lastLook = Duration.ofMillis(lookMillis);
        told.used = used << 20;
        told.available = available * GI;

        assertThat(told.isSure()).isEqualTo(sure);
    }

    /**
     * Milliseconds from the end, by the node's clock, to its being learned of, by the operator's.
     */
    @ParameterizedTest
    @CsvSource({
        "137, 0, true",
        "137, 2900, true",
        "137, 3100, false",
        "137, -900, true",
        "137, -1100, false",
        "137, 86400000, false",
        // Its own code tells whenever it is told.
        "31, 86400000, true",
        "31, -86400000, true",
    })
    void aKillThatIsToldLateMayBeANodesThatWasAway(int code, long learnedMillis, boolean sure) {
        Told told = new Told();
        told.code = code;
        told.learned = Duration.ofMillis(learnedMillis);

        assertThat(told.isSure()).isEqualTo(sure);
    }

    @ParameterizedTest
    @CsvSource({"137, false", "31, true"})
    void aRebootExplainsAKillAndNoOwnCode(int code, boolean sure) {
        Told told = new Told();
        told.code = code;
        told.rebooted = true;

        assertThat(told.isSure()).isEqualTo(sure);
    }
}
