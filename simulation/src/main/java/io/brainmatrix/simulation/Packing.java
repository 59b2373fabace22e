package io.brainmatrix.simulation;

import io.brainmatrix.operator.admission.Action;
import io.brainmatrix.operator.admission.Candidate;
import io.brainmatrix.operator.admission.Commitment;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.admission.Lane;
import io.brainmatrix.operator.admission.NodeReading;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.admission.Occupant;
import io.brainmatrix.operator.admission.SerialAdmission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * How much memory the queue lets in, beside the most that any order could have let in under the
 * same gate: random fleets of at most 12 instances on one node, the best found by looking at every
 * subset. {@code bench/packing} runs it.
 */
public final class Packing {
    private static final long MI = 1L << 20;
    private static final int HEADROOM_PERCENT = 20;
    private static final int FLEETS = 2_000;
    private static final int MOST_INSTANCES = 12;
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private Packing() {}

    /** Prints the figures. */
    public static void main(String[] args) {
        for (long gib : new long[] {8, 16, 32, 64}) {
            SplittableRandom random = new SplittableRandom(gib);
            double[] ratios = new double[FLEETS];
            double[] used = new double[FLEETS];
            for (int fleet = 0; fleet < FLEETS; fleet++) {
                long allocatable = gib * 1024 * MI - 512 * MI;
                long reserve = Math.max(512 * MI, allocatable / 20);
                long[] budgets = budgets(random, allocatable);
                long admitted = admitted(budgets, allocatable, reserve);
                long best = best(budgets, allocatable - reserve);
                if (admitted > allocatable - reserve) {
                    throw new IllegalStateException("over-committed");
                }
                ratios[fleet] = best == 0 ? 1 : (double) admitted / best;
                used[fleet] = (double) admitted / allocatable;
            }
            Arrays.sort(ratios);
            Arrays.sort(used);
            System.out.printf(
                    "%d GB board, %d fleets: admitted / best of any order: min %.2f, p5 %.2f, p50 %.2f; admitted / allocatable: min %.2f, p5 %.2f, p50 %.2f%n",
                    gib,
                    FLEETS,
                    ratios[0],
                    ratios[FLEETS / 20],
                    ratios[FLEETS / 2],
                    used[0],
                    used[FLEETS / 20],
                    used[FLEETS / 2]);
        }
    }

    /** A fleet that asks for more than the node has, in the sizes that models come in. */
    private static long[] budgets(SplittableRandom random, long allocatable) {
        List<Long> budgets = new ArrayList<>();
        long sum = 0;
        while (budgets.size() < MOST_INSTANCES && (sum < allocatable || budgets.size() < 4)) {
            long budget = allocatable / MI * random.nextLong(3, 45) / 100 * MI;
            budgets.add(budget);
            sum += budget;
        }
        return budgets.stream().mapToLong(Long::longValue).toArray();
    }

    private static long admitted(long[] budgets, long allocatable, long reserve) {
        SerialAdmission admission = new SerialAdmission();
        List<Candidate> waiting = new ArrayList<>();
        for (int i = 0; i < budgets.length; i++) {
            waiting.add(candidate(i, budgets[i]));
        }
        List<Occupant> running = new ArrayList<>();
        long used = 0;
        while (true) {
            NodeSnapshot node =
                    new NodeSnapshot(
                            "edge",
                            NOW,
                            allocatable,
                            0,
                            true,
                            Optional.of(
                                    new NodeReading(
                                            true,
                                            NOW,
                                            allocatable + 512 * MI,
                                            allocatable - used,
                                            reserve,
                                            OptionalLong.of(0),
                                            Optional.of(NOW.minusSeconds(10)),
                                            Duration.ofSeconds(1),
                                            false,
                                            false,
                                            "",
                                            Optional.empty(),
                                            Optional.empty())),
                            Lane.free(),
                            running,
                            waiting);
            if (!(admission.decide(node).action() instanceof Action.TakeLane(Candidate let))) {
                return used;
            }
            waiting.removeIf(c -> c.key().equals(let.key()));
            running.add(serving(let));
            used += let.commitment().memory();
        }
    }

    private static Candidate candidate(int i, long budget) {
        return new Candidate(
                new InstanceKey("brains", "jar", "uid", "i" + i),
                "jar-i" + i + "-1",
                new Commitment(budget, 0, true),
                HEADROOM_PERCENT,
                0,
                0,
                NOW.minusSeconds(60),
                i,
                new Candidate.SettleDemand(Duration.ofSeconds(1), 16 * MI),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Occupant serving(Candidate let) {
        return new Occupant(
                let.key(),
                let.pod(),
                "uid-" + let.pod(),
                let.commitment(),
                OptionalLong.of(let.commitment().ram()),
                true,
                true,
                false,
                false,
                false,
                false,
                true,
                true,
                NOW.minusSeconds(30),
                Duration.ofMinutes(5),
                Optional.empty());
    }

    /**
     * The most that any order lets in. Within a subset the largest first is the best order: each
     * needs a share of its own size beside what came before.
     */
    private static long best(long[] budgets, long room) {
        long best = 0;
        long[] sorted =
                Arrays.stream(budgets)
                        .boxed()
                        .sorted(Comparator.reverseOrder())
                        .mapToLong(Long::longValue)
                        .toArray();
        for (int subset = 0; subset < 1 << sorted.length; subset++) {
            OptionalInt misfit = OptionalInt.empty();
            long sum = 0;
            for (int i = 0; i < sorted.length && misfit.isEmpty(); i++) {
                if ((subset & 1 << i) != 0) {
                    sum += sorted[i];
                    if (sum + sorted[i] * HEADROOM_PERCENT / 100 > room) {
                        misfit = OptionalInt.of(i);
                    }
                }
            }
            if (misfit.isEmpty()) {
                best = Math.max(best, sum);
            }
        }
        return best;
    }
}
