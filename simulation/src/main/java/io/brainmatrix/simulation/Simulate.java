package io.brainmatrix.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs seeds on all cores: {@code Simulate [--seeds n] [--from seed] [--first]}. Exits with 0 when
 * every invariant held, with 1 and the first failing seed's history when one did not, with 2 when
 * it was called wrongly.
 */
public final class Simulate {
    private static final Logger OPERATOR = Logger.getLogger("io.brainmatrix");

    private Simulate() {}

    /** Runs the seeds and ends the process. */
    public static void main(String[] args) throws Exception {
        long seeds = 1_000;
        long from = 1;
        boolean first = false;
        for (int i = 0; i < args.length; i++) {
            boolean number = i + 1 < args.length && args[i + 1].matches("\\d{1,12}");
            if (args[i].equals("--first")) {
                first = true;
            } else if (args[i].equals("--seeds") && number) {
                seeds = Long.parseLong(args[++i]);
            } else if (args[i].equals("--from") && number) {
                from = Long.parseLong(args[++i]);
            } else {
                System.err.println("usage: Simulate [--seeds n] [--from seed] [--first]");
                System.exit(2);
            }
        }
        Report report = run(from, seeds, first);
        System.out.println(report);
        if (!report.failed().isEmpty()) {
            System.out.print(text(report.failed().getFirst()));
            report.failed()
                    .forEach(
                            f ->
                                    System.out.printf(
                                            "seed %d: %s%n", f.seed(), f.violation().orElse("")));
            System.exit(1);
        }
    }

    /**
     * How the seeds went.
     *
     * @param steps happenings of all seeds
     * @param least happenings of the shortest
     * @param admissions pods that operators made
     * @param early those made together with the status that placed them
     * @param said every reason that a status had
     * @param failed the seeds that broke an invariant, lowest first
     */
    record Report(
            long seeds,
            long steps,
            long least,
            long admissions,
            long early,
            double seconds,
            Set<String> said,
            List<History.Outcome> failed) {
        @Override
        public String toString() {
            return "%d seeds, %d steps (at least %d each), %d admissions, %d of them early, %.1f s: %d violations"
                    .formatted(seeds, steps, least, admissions, early, seconds, failed.size());
        }
    }

    /** Runs seeds on all cores; with {@code first}, only until one fails. */
    static Report run(long from, long seeds, boolean first) throws Exception {
        OPERATOR.setLevel(Level.OFF);
        long began = System.nanoTime();
        AtomicLong next = new AtomicLong(from);
        AtomicLong steps = new AtomicLong();
        AtomicLong admissions = new AtomicLong();
        AtomicLong early = new AtomicLong();
        AtomicLong least = new AtomicLong(Long.MAX_VALUE);
        AtomicLong done = new AtomicLong();
        Set<String> said = ConcurrentHashMap.newKeySet();
        int cores = Runtime.getRuntime().availableProcessors();
        List<History.Outcome> failed = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(cores)) {
            List<Future<List<History.Outcome>>> parts = new ArrayList<>();
            for (int core = 0; core < cores; core++) {
                parts.add(
                        pool.submit(
                                () -> {
                                    List<History.Outcome> mine = new ArrayList<>();
                                    long seed;
                                    while ((seed = next.getAndIncrement()) < from + seeds) {
                                        History.Outcome outcome = History.of(seed);
                                        done.incrementAndGet();
                                        said.addAll(outcome.said());
                                        steps.addAndGet(outcome.steps());
                                        admissions.addAndGet(outcome.admissions());
                                        early.addAndGet(outcome.early());
                                        least.accumulateAndGet(outcome.steps(), Math::min);
                                        if (outcome.violation().isPresent()) {
                                            mine.add(outcome);
                                            next.addAndGet(first ? seeds : 0);
                                        }
                                    }
                                    return mine;
                                }));
            }
            for (Future<List<History.Outcome>> part : parts) {
                failed.addAll(part.get());
            }
        }
        failed.sort(Comparator.comparingLong(History.Outcome::seed));
        return new Report(
                done.get(),
                steps.get(),
                least.get(),
                admissions.get(),
                early.get(),
                (System.nanoTime() - began) / 1e9,
                Set.copyOf(said),
                failed);
    }

    /** A failing seed's history. */
    static String text(History.Outcome outcome) {
        StringBuilder text = new StringBuilder();
        text.append("seed ").append(outcome.seed()).append(", the latest happenings:\n");
        outcome.lines().forEach(line -> text.append(line).append('\n'));
        text.append("VIOLATION ").append(outcome.violation().orElse("")).append('\n');
        text.append("again: make simulate SEEDS=1 FROM=").append(outcome.seed()).append('\n');
        return text.toString();
    }
}
