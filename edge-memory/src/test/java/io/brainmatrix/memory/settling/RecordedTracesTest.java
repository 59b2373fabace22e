package io.brainmatrix.memory.settling;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The default rule over recordings of real loads, deaths and requests; {@code make record-trace}
 * makes others. What {@code docs/settling.md} says of shorter windows is computed here too.
 */
class RecordedTracesTest {
    private static final Path TRACES =
            Path.of("src", "test", "resources", "traces").toAbsolutePath();
    private static final long MIB = 1 << 20;

    /** The API's defaults. */
    private static final SettleRule RULE = new SettleRule(Duration.ofSeconds(1), 16 * MIB);

    /** The agent sees what it did not foresee after a sample and a publication. */
    private static final long LAG_MILLIS = 300;

    /** What is let in has begun to take memory after as long. */
    private static final Duration HORIZON = Duration.ofSeconds(1);

    /** What an event does shows up to as long after it. */
    private static final long AFTERMATH_MILLIS = 2000;

    /** Noise of a busy machine: buffers, page tables, other processes. */
    private static final long NOISE = 48 * MIB;

    /** When something happened, in ms. */
    private record Span(long from, long to) {}

    private record Trace(List<Sample> samples, Optional<Span> event) {
        static Trace read(String name) throws IOException {
            List<Sample> samples = new ArrayList<>();
            Optional<Span> event = Optional.empty();
            for (String line : Files.readAllLines(TRACES.resolve(name + ".txt"))) {
                String[] words = line.split(" ");
                if (line.startsWith("# load:") || line.startsWith("# death:")) {
                    event =
                            Optional.of(
                                    new Span(Long.parseLong(words[2]), Long.parseLong(words[3])));
                } else if (!line.startsWith("#")) {
                    samples.add(
                            new Sample(
                                    Long.parseLong(words[0]) * 1_000_000,
                                    Long.parseLong(words[1])));
                }
            }
            return new Trace(samples, event);
        }

        long millis(int i) {
            return samples.get(i).atNanos() / 1_000_000;
        }

        boolean settled(int i, SettleRule rule) {
            return SettledPolicy.judge(samples.subList(0, i + 1), rule).settled();
        }

        /** What of it the agent would have looked at while nobody asked for fast samples. */
        Trace paced(SettleRule rule) {
            List<Sample> seen = new ArrayList<>();
            long next = 0;
            for (Sample sample : samples) {
                if (sample.atNanos() >= next) {
                    seen.add(sample);
                    boolean settled = SettledPolicy.judge(seen, rule).settled();
                    // The recording is not exact to the millisecond.
                    next =
                            sample.atNanos()
                                    + SamplingPace.pause(false, settled, rule).toNanos()
                                    - 10_000_000;
                }
            }
            return new Trace(seen, event);
        }

        /** Samples called settled although memory went away within the next second. */
        int wrongs(SettleRule rule) {
            int wrongs = 0;
            for (int i = 0; i < samples.size(); i++) {
                int at = i;
                boolean begins =
                        event.filter(
                                        e ->
                                                e.from() + LAG_MILLIS >= millis(at)
                                                        && e.from()
                                                                <= millis(at) + HORIZON.toMillis())
                                .isPresent();
                if (!begins && settled(i, rule) && fall(i, HORIZON) > NOISE) {
                    wrongs++;
                }
            }
            return wrongs;
        }

        /** How far the median of the time after a sample lies below it: a dip is no loss. */
        private long fall(int i, Duration time) {
            long[] after =
                    samples.stream()
                            .filter(s -> s.atNanos() > samples.get(i).atNanos())
                            .filter(s -> s.atNanos() <= samples.get(i).atNanos() + time.toNanos())
                            .mapToLong(Sample::available)
                            .sorted()
                            .toArray();
            return after.length == 0 ? 0 : samples.get(i).available() - after[after.length / 2];
        }

        /** From the event's end to the first settled sample from which it stays so, in ms. */
        long settledAfter(SettleRule rule) {
            Span span = event.orElseThrow();
            long last = span.from();
            for (int i = 0; i < samples.size(); i++) {
                boolean near =
                        millis(i) >= span.from() && millis(i) <= span.to() + AFTERMATH_MILLIS;
                if (near && !settled(i, rule)) {
                    last = millis(Math.min(i + 1, samples.size() - 1));
                }
            }
            return last - span.to();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"load", "slow-load", "death", "busy"})
    void settledMemoryDoesNotGoAwayByItself(String name) throws IOException {
        assertThat(Trace.read(name).wrongs(RULE)).isZero();
    }

    /** At the pace of a calm node the windows have samples of both intervals. */
    @ParameterizedTest
    @ValueSource(strings = {"load", "slow-load", "death"})
    void settlesAsSoonWhereNobodyAsks(String name) throws IOException {
        Trace whole = Trace.read(name);
        Trace paced = whole.paced(RULE);

        assertThat(paced.samples()).hasSizeLessThan(whole.samples().size() * 4 / 5);
        assertThat(paced.settledAfter(RULE))
                .as("ms after its end")
                .isPositive()
                .isLessThan(2 * RULE.window().toMillis());
    }

    @ParameterizedTest
    @ValueSource(strings = {"load", "slow-load", "death"})
    void settlesSoonAfterwards(String name) throws IOException {
        Trace trace = Trace.read(name);

        assertThat(trace.settledAfter(RULE))
                .as("ms after its end")
                .isPositive()
                .isLessThan(2 * RULE.window().toMillis());
    }

    @Test
    void neighboursThatAnswerWithoutAPauseStarveNobody() throws IOException {
        Trace busy = Trace.read("busy");
        int settled = 0;
        for (int i = 0; i < busy.samples().size(); i++) {
            settled += busy.settled(i, RULE) ? 1 : 0;
        }

        assertThat(settled / (double) busy.samples().size()).isGreaterThan(0.5);
    }

    /** Prints what the documentation's table has: a row for each window. */
    public static void main(String[] arguments) throws IOException {
        System.out.println(
                "| Window | Wrongly settled samples | Settled after a load, a slow load, a death | Settled beside busy neighbours |");
        System.out.println("|---|---|---|---|");
        for (int millis : new int[] {300, 500, 750, 1000, 1500, 2000, 3000}) {
            SettleRule rule = new SettleRule(Duration.ofMillis(millis), RULE.maxSlopePerSecond());
            int wrongs = 0;
            for (String name : List.of("load", "slow-load", "death", "busy")) {
                wrongs += Trace.read(name).wrongs(rule);
            }
            Trace busy = Trace.read("busy");
            int settled = 0;
            for (int i = 0; i < busy.samples().size(); i++) {
                settled += busy.settled(i, rule) ? 1 : 0;
            }
            System.out.printf(
                    "| %d ms | %d | %d ms, %d ms, %d ms | %d %% |%n",
                    millis,
                    wrongs,
                    after("load", rule),
                    after("slow-load", rule),
                    after("death", rule),
                    settled * 100 / busy.samples().size());
        }
    }

    private static long after(String name, SettleRule rule) throws IOException {
        return Trace.read(name).settledAfter(rule);
    }
}
