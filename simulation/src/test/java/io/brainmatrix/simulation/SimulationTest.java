package io.brainmatrix.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** R1 to R6 over seeds: a slice of what {@code make simulate} runs. */
class SimulationTest {
    private static final Path OPERATORS_TESTS =
            Path.of(
                    System.getProperty("brainmatrix.root", ".."),
                    "operator/src/test/java/io/brainmatrix/operator");

    private static final long SEEDS = Boolean.getBoolean("brainmatrix.full") ? 10_000 : 600;

    @Test
    void noSeedBreaksAnInvariant() throws Exception {
        Simulate.Report report = Simulate.run(1, SEEDS, false);

        System.out.println(report);
        assertThat(report.failed()).extracting(Simulate::text).isEmpty();
        assertThat(report.least()).as("steps of the shortest history").isGreaterThanOrEqualTo(200);
        assertThat(report.admissions()).as("pods let in").isGreaterThan(3 * SEEDS);
        assertThat(report.early())
                .as("pods let in with the status that places them")
                .isGreaterThan(SEEDS / 50);
        isReached(report.said());
    }

    /** What no happening here leads to, and the test that shows it. */
    private static final Map<Reason, String> SHOWN_BY =
            Map.ofEntries(
                    Map.entry(Reason.ConfigurationInvalid, "matrix/MatrixPolicyTest"),
                    Map.entry(Reason.DigestMismatch, "matrix/MatrixPolicyTest"),
                    Map.entry(Reason.FootprintOverBudget, "matrix/MatrixPolicyTest"),
                    Map.entry(Reason.GpuUnavailable, "matrix/MatrixPolicyTest"),
                    Map.entry(Reason.LimitNotApplied, "matrix/MatrixPolicyTest"),
                    Map.entry(Reason.NotObserved, "matrix/MatrixPolicyTest"),
                    Map.entry(Reason.WaitingForCooling, "admission/SerialAdmissionTest"),
                    Map.entry(Reason.Swapping, "admission/SerialAdmissionTest"),
                    Map.entry(Reason.WaitingForPressure, "admission/SerialAdmissionTest"),
                    Map.entry(Reason.Unschedulable, "kube/StuckPodsTest"),
                    Map.entry(Reason.ModelNotAllowed, "kube/NodeReaderTest"),
                    Map.entry(Reason.ChronicleMissing, "kube/NodeReaderTest"));

    /** Every reason of the API is one that somebody may meet. */
    private static void isReached(Set<String> said) throws IOException {
        for (Reason reason : Reason.values()) {
            String test = SHOWN_BY.get(reason);
            if (test == null) {
                assertThat(said).as("said in some history").contains(reason.name());
            } else {
                assertThat(Files.readString(OPERATORS_TESTS.resolve(test + ".java")))
                        .as(test)
                        .containsPattern("\\b" + reason + "\\b");
            }
        }
    }

    @Test
    void aSeedIsAlwaysTheSameHistory() {
        assertThat(History.of(7)).isEqualTo(History.of(7));
    }
}
