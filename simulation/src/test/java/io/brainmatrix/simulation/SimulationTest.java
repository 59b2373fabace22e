package io.brainmatrix.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** R1 to R6 over seeds: a slice of what {@code make simulate} runs. */
class SimulationTest {
    private static final long SEEDS = Boolean.getBoolean("brainmatrix.full") ? 10_000 : 600;

    @Test
    void noSeedBreaksAnInvariant() throws Exception {
        Simulate.Report report = Simulate.run(1, SEEDS, false);

        System.out.println(report);
        assertThat(report.failed()).extracting(Simulate::text).isEmpty();
        assertThat(report.least()).as("steps of the shortest history").isGreaterThanOrEqualTo(200);
        assertThat(report.admissions()).as("pods let in").isGreaterThan(3 * SEEDS);
    }

    @Test
    void aSeedIsAlwaysTheSameHistory() {
        assertThat(History.of(7)).isEqualTo(History.of(7));
    }
}
