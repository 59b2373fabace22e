package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.operator.recovery.EndClassifier;
import io.brainmatrix.operator.recovery.KernelKill;
import io.brainmatrix.operator.recovery.LastWords;
import io.brainmatrix.operator.recovery.PodEnd;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What pods left behind on real kernels, from the message that they left to the name of the end.
 */
class RecordedEndsTest {
    /**
     * Of RealKernelGuardTest's victim of a node that ran out: Linux 6.1 of a small virtual machine
     * with 1 GiB, cgroup v2, 2026-11-26, {@code scripts/kernel-tests}.
     */
    private static final String NODE_RAN_OUT =
            """
            {"phase":"Serving","life":1,"bootId":"49138f20-69ce-4358-9250-84e0da2b7360","uptime":"PT1M22.029S","limit":161873920,"used":79052800,"predicted":80081664,"peak":79134720,
            "lastSamples":[{"at":"2026-11-26T19:26:04.220Z","used":79052800,"nodeAvailable":2228224},{"at":"2026-11-26T19:26:04.207Z","used":79048704,"nodeAvailable":2572288},
            {"at":"2026-11-26T19:26:04.195Z","used":79048704,"nodeAvailable":2502656},{"at":"2026-11-26T19:26:04.187Z","used":79048704,"nodeAvailable":2502656}]}""";

    /**
     * The kernel counts a global kill in the victim's cgroup too, so a runtime may mark it as it
     * marks one at its own limit.
     */
    @ParameterizedTest
    @CsvSource({"OOMKilled", "Error"})
    void theVictimOfANodeThatRanOutIsCalledSo(String mark) {
        assertThat(EndClassifier.classify(killed(NODE_RAN_OUT, mark, 161_873_920)))
                .isEqualTo(EndClass.NodeOutOfMemory);
    }

    /** The same message of one with less room to its limit than it could have taken unseen. */
    @ParameterizedTest
    @CsvSource({"OOMKilled", "Error"})
    void nearItsOwnLimitItIsItsOwn(String mark) {
        assertThat(EndClassifier.classify(killed(NODE_RAN_OUT, mark, 79_200_000)))
                .isEqualTo(EndClass.OutOfMemory);
    }

    private static PodEnd killed(String message, String mark, long budget) {
        LastWords words = PodReader.parse(message);
        return new PodEnd(
                true,
                "p1",
                1,
                OptionalInt.of(137),
                Optional.of(mark),
                Optional.empty(),
                true,
                true,
                Optional.empty(),
                false,
                List.of(),
                false,
                false,
                KernelKill.Seen,
                Optional.of(Instant.parse("2026-11-26T19:24:42Z")),
                Instant.parse("2026-11-26T19:26:04Z"),
                budget,
                words);
    }
}
