package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What admission costs, side by side in one run: three instances cold beside the same three alone,
 * and from a change of the spec to the pod while the gate is open. {@code bench/admission} runs it.
 */
@Tag("bench")
@ExtendWith(Installation.class)
class AdmissionBench {
    private static final String MATRIX = "bench";
    private static final List<String> NAMES = List.of("subject", "observer", "god");
    private static final String BUDGET = ", budget: {ram: 700Mi}";

    private static final int CREATED = 201;
    private static final int TINY = 12;
    private static final int FEW = 3;

    private final Cluster cluster;
    private final World world = new World();

    AdmissionBench(Cluster cluster) {
        this.cluster = cluster;
    }

    @AfterEach
    void nobodyDied() {
        Bench.nobodyDied(cluster);
    }

    /**
     * Instances that were asked for at once.
     *
     * @param window the settle window in force
     */
    private record Cold(Instant asked, Duration window, List<Start> starts) {}

    @Test
    void threeColdBesideTheSameThreeAlone() {
        world.place(Models.chain(Models.LARGE_MIB), "bench.gguf");
        try {
            Duration alone = Duration.ZERO;
            for (String name : NAMES) {
                alone =
                        alone.plus(
                                cold("e2e-bench-" + name, List.of(name)).starts().getFirst().own());
            }
            Cold together = cold("e2e-bench-all", NAMES);
            List<Start> starts = together.starts();
            long overlaps =
                    starts.stream()
                            .flatMap(
                                    s ->
                                            starts.stream()
                                                    .filter(o -> s.isBefore(o) && o.overlaps(s)))
                            .count();
            say("overlaps of loads: " + overlaps);
            assertThat(overlaps).isZero();
            Duration windows = together.window().multipliedBy(NAMES.size());
            double all =
                    seconds(
                            Duration.between(
                                    together.asked(),
                                    starts.stream()
                                            .map(Start::ready)
                                            .max(Instant::compareTo)
                                            .orElseThrow()));
            say(
                    "three cold, apply to all Ready: %.2f s; the sum of each alone, lane to Ready: %.2f s; windows in force: %.2f s; ratio %.2f"
                            .formatted(
                                    all,
                                    seconds(alone),
                                    seconds(windows),
                                    all / (seconds(alone) + seconds(windows))));
        } finally {
            world.remove("bench.gguf");
        }
    }

    private Cold cold(String namespace, List<String> names) {
        try (ClusterUser user = new ClusterUser(cluster, namespace);
                LaneHistory lane = new LaneHistory(cluster);
                PodTimes times = new PodTimes(cluster, namespace)) {
            Matrix matrix = Matrix.on(MATRIX, World.hostPath("bench.gguf"));
            for (String name : names) {
                matrix = matrix.instance("name: " + name + BUDGET);
            }
            Instant asked = Instant.now();
            user.apply(matrix);
            user.awaitReady(MATRIX, names.toArray(String[]::new));
            List<Start> starts = new ArrayList<>();
            for (String name : names) {
                Start start = Start.of(user, MATRIX, name, lane, times);
                say("  %s of %d: %s".formatted(name, names.size(), start.since(asked)));
                starts.add(start);
            }
            Await.until(cluster, "the lane is free", () -> assertThat(lane.holder()).isNull());
            return new Cold(asked, Bench.window(user, MATRIX), starts);
        }
    }

    /** As on a node of the size that this is for: up to two others serve. */
    @Test
    void fromTheSpecToThePodAndFromTheFirstTokenToReadyWhileTheGateIsOpen() {
        gateOpen(FEW);
    }

    /**
     * Each pod is probed every second, and all share the machine's cores with whoever is let in.
     */
    @Test
    void theSameWithUpToElevenOthers() {
        gateOpen(TINY);
    }

    /**
     * Until the API server had made the pod, without its way to whoever watches; and how long
     * before that each write on the way to it was asked for and answered.
     *
     * @param specs when each pod's spec was accepted, by the pod's namespace and name
     */
    private static void byTheLog(AuditLog log, int others, Map<String, Instant> specs) {
        List<AuditLog.Write> writes = log.writes("brainmatrix-operator");
        List<Double> made = new ArrayList<>();
        Map<String, List<AuditLog.Write>> before = new TreeMap<>();
        Map<AuditLog.Write, Instant> accepted = new HashMap<>();
        specs.forEach(
                (pod, spec) -> {
                    Instant exists =
                            writes.stream()
                                    .filter(w -> w.kind().equals("create pods"))
                                    .filter(w -> w.object().equals(pod) && w.code() == CREATED)
                                    .filter(w -> w.received().isAfter(spec)) // not an earlier one
                                    .findFirst()
                                    .orElseThrow()
                                    .answered();
                    made.add(Bench.millis(Duration.between(spec, exists)));
                    writes.stream()
                            .filter(w -> w.received().isAfter(spec))
                            .filter(w -> w.received().isBefore(exists))
                            .forEach(
                                    w -> {
                                        before.computeIfAbsent(w.kind(), k -> new ArrayList<>())
                                                .add(w);
                                        accepted.put(w, spec);
                                    });
                });
        Bench.say(
                "up to %d others: spec accepted to pod made, by the audit log: %s"
                        .formatted(others, Bench.percentiles(made)));
        before.forEach(
                (kind, steps) ->
                        Bench.say(
                                "  %s: asked for after %s; answered after %s"
                                        .formatted(
                                                kind,
                                                after(steps, accepted, AuditLog.Write::received),
                                                after(steps, accepted, AuditLog.Write::answered))));
    }

    private static String after(
            List<AuditLog.Write> writes,
            Map<AuditLog.Write, Instant> accepted,
            Function<AuditLog.Write, Instant> moment) {
        return Bench.percentiles(
                writes.stream()
                        .map(
                                w ->
                                        Duration.between(
                                                Objects.requireNonNull(accepted.get(w)),
                                                moment.apply(w)))
                        .map(Bench::millis)
                        .toList());
    }

    /** One more at a time, twelve times; the eldest goes where there would be more than so many. */
    private void gateOpen(int most) {
        String file = "bench-tiny.gguf";
        world.place(Models.chain(Models.TINY_MIB), file);
        try (ClusterUser user = new ClusterUser(cluster, "e2e-bench-gate");
                LaneHistory lane = new LaneHistory(cluster);
                MemoryHistory memory = new MemoryHistory(cluster);
                MatrixTimes announced = new MatrixTimes(cluster, user.namespace());
                PodTimes pods = new PodTimes(cluster, user.namespace())) {
            List<Double> opened = new ArrayList<>();
            List<Double> told = new ArrayList<>();
            Map<String, Instant> specs = new LinkedHashMap<>();
            for (int i = 0; i < TINY; i++) {
                String name = "i" + i;
                int eldest = Math.max(0, i + 1 - most);
                int others = i - eldest;
                if (others > 0) {
                    user.apply(tiny(file, eldest, i));
                }
                Await.until(
                        cluster,
                        "the lane is free, memory settled and the eldest gone",
                        () -> {
                            assertThat(lane.holder()).isNull();
                            assertThat(memory.settledNow()).isTrue();
                            assertThat(user.pods()).hasSize(others);
                        });
                user.apply(tiny(file, eldest, i + 1));
                Instant accepted = Instant.now();
                user.awaitReady(MATRIX, name);
                Load load = Load.of(user, MATRIX, name);
                told.add(
                        Bench.millis(
                                Duration.between(
                                        load.to(), announced.ready(MATRIX, name).orElseThrow())));
                if (i > 0) { // the first one waits for its claim to be bound
                    String podName = MATRIX + "-" + name + "-1";
                    specs.put(user.namespace() + "/" + podName, accepted);
                    Instant pod = pods.seen(podName).orElseThrow();
                    opened.add(Bench.millis(Duration.between(accepted, pod)));
                }
            }
            Bench.say(
                    "up to %d others: spec accepted to pod seen, gate open: %s"
                            .formatted(most - 1, Bench.percentiles(opened)));
            AuditLog.ofThisRun().ifPresent(log -> byTheLog(log, most - 1, specs));
            Bench.say(
                    "up to %d others: load ended to Ready in the matrix: %s"
                            .formatted(most - 1, Bench.percentiles(told)));
        } finally {
            world.remove(file);
        }
    }

    private static Matrix tiny(String file, int from, int to) {
        Matrix matrix = Matrix.on(MATRIX, World.hostPath(file));
        for (int i = from; i < to; i++) {
            matrix = matrix.instance("name: i" + i + ", budget: {ram: 256Mi}");
        }
        return matrix;
    }

    @Test
    void fromSettledMemoryToTheNextPod() {
        world.place(Models.chain(Models.TINY_MIB), "bench-next.gguf");
        try (ClusterUser user = new ClusterUser(cluster, "e2e-bench-next");
                MemoryHistory memory = new MemoryHistory(cluster);
                LaneHistory lane = new LaneHistory(cluster);
                PodTimes pods = new PodTimes(cluster, user.namespace())) {
            Matrix matrix = Matrix.on(MATRIX, World.hostPath("bench-next.gguf"));
            List<String> names = new ArrayList<>();
            for (int i = 0; i < TINY; i++) {
                names.add("i" + i);
                matrix = matrix.instance("name: i" + i + ", budget: {ram: 256Mi}");
            }
            user.apply(matrix);
            user.awaitReady(MATRIX, names.toArray(String[]::new));
            List<LaneHistory.Hold> holds = lane.holds();
            List<Double> took = new ArrayList<>();
            for (int i = 1; i < holds.size(); i++) {
                String before = user.pod(holds.get(i - 1).pod()).getMetadata().getUid();
                Instant settled = memory.loadSettled(before).orElseThrow();
                Instant next = pods.seen(holds.get(i).pod()).orElseThrow();
                took.add(Bench.millis(Duration.between(settled, next)));
            }
            Bench.say(
                    "settled in the agent's record to the next pod: %s"
                            .formatted(Bench.percentiles(took)));
        } finally {
            world.remove("bench-next.gguf");
        }
    }

    private static double seconds(Duration duration) {
        return Bench.seconds(duration);
    }

    private static void say(String line) {
        Bench.say(line);
    }
}
