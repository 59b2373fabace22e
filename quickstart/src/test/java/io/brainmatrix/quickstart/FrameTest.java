package io.brainmatrix.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FrameTest {
    private static final long MIB = 1L << 20;

    private static List<String> lines(int width, Frame.Row... rows) {
        return new Frame(
                        1000 * MIB,
                        250 * MIB,
                        OptionalLong.of(-3 * MIB),
                        "jar-subject-1",
                        List.of(rows))
                .lines(width);
    }

    @Test
    void theFirstLineTellsTheNodeAndTheLane() {
        assertThat(lines(200))
                .singleElement()
                .asString()
                .contains("750 of 1000 MiB, -3 MiB/s", "lane: jar-subject-1", "█".repeat(18) + "░");
    }

    @Test
    void anInstanceHasABarOfItsLimit() {
        Frame.Row row =
                new Frame.Row(
                        "subject",
                        "Loading",
                        "Loading",
                        2,
                        1,
                        OptionalLong.of(50 * MIB),
                        100 * MIB);

        assertThat(lines(200, row).getLast())
                .startsWith("subject")
                .contains("█".repeat(12) + "░".repeat(12) + " 50 of 100 MiB", "life 2, deaths 1")
                .doesNotContain("Loading  Loading");
    }

    @Test
    void oneWithoutAProcessSaysWhy() {
        Frame.Row row =
                new Frame.Row("god", "Waiting", "WaitingForWatched", 0, 0, OptionalLong.empty(), 0);

        assertThat(lines(200, row).getLast()).contains("no process", "WaitingForWatched");
        assertThat(lines(40, row)).allMatch(line -> line.length() <= 40);
    }
}
