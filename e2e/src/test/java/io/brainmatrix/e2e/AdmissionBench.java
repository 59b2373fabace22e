package io.brainmatrix.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.quickstart.Chat;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

    /** The API's default, as these matrices have it. */
    private static final Duration WINDOW = Duration.ofSeconds(1);

    private static final int TINY = 12;

    private final Cluster cluster;
    private final World world = new World();

    AdmissionBench(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void threeColdBesideTheSameThreeAlone() {
        world.place(Models.chain(Models.LARGE_MIB), "bench.gguf");
        try {
            Duration alone = Duration.ZERO;
            for (String name : NAMES) {
                Duration one = untilReady("e2e-bench-" + name, List.of(name));
                say("%s alone, apply to Ready: %.2f s".formatted(name, seconds(one)));
                alone = alone.plus(one);
            }
            Duration cold = untilReady("e2e-bench-all", NAMES);
            Duration windows = WINDOW.multipliedBy(NAMES.size());
            say("three cold, apply to all Ready: %.2f s".formatted(seconds(cold)));
            say(
                    "ratio to their sum alone (%.2f s) and the windows in force (%.2f s): %.2f"
                            .formatted(
                                    seconds(alone),
                                    seconds(windows),
                                    seconds(cold) / (seconds(alone) + seconds(windows))));
        } finally {
            world.remove("bench.gguf");
        }
    }

    private Duration untilReady(String namespace, List<String> names) {
        try (ClusterUser user = new ClusterUser(cluster, namespace);
                LaneHistory lane = new LaneHistory(cluster)) {
            Matrix matrix = Matrix.on(MATRIX, World.hostPath("bench.gguf"));
            for (String name : names) {
                matrix = matrix.instance("name: " + name + BUDGET);
            }
            Instant asked = Instant.now();
            user.apply(matrix);
            user.awaitReady(MATRIX, names.toArray(String[]::new));
            Duration took = Duration.between(asked, Instant.now());
            for (String name : names) {
                JsonNode status = user.talk(MATRIX, name, Chat::status);
                Instant from =
                        lane.holds().stream()
                                .filter(h -> h.pod().equals(MATRIX + "-" + name + "-1"))
                                .findFirst()
                                .orElseThrow()
                                .from();
                say(
                        "  %s: lane at %.2f s, load from %.2f s to %.2f s, Ready in the pod at %s"
                                .formatted(
                                        name,
                                        seconds(Duration.between(asked, from)),
                                        seconds(
                                                Duration.between(
                                                        asked, time(status, "loadStarted"))),
                                        seconds(Duration.between(asked, time(status, "loadEnded"))),
                                        readyAt(user, name, asked)));
            }
            Await.until(
                    cluster,
                    "the lane is free",
                    () -> {
                        if (lane.holder() != null) {
                            throw new AssertionError("held by " + lane.holder());
                        }
                    });
            return took;
        }
    }

    private static String readyAt(ClusterUser user, String name, Instant asked) {
        return user.podOf(MATRIX, name).getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Ready"))
                .map(
                        c ->
                                "%.0f s (whole seconds)"
                                        .formatted(
                                                seconds(
                                                        Duration.between(
                                                                asked,
                                                                Instant.parse(
                                                                        c
                                                                                .getLastTransitionTime())))))
                .findFirst()
                .orElse("?");
    }

    @Test
    void fromTheSpecToThePodWhileTheGateIsOpen() {
        world.place(Models.chain(Models.TINY_MIB), "bench-tiny.gguf");
        Map<String, Instant> seen = new ConcurrentHashMap<>();
        try (ClusterUser user = new ClusterUser(cluster, "e2e-bench-gate");
                LaneHistory lane = new LaneHistory(cluster);
                Watch _ = watch(user, seen)) {
            Matrix matrix = Matrix.on(MATRIX, World.hostPath("bench-tiny.gguf"));
            List<Double> millis = new ArrayList<>();
            for (int i = 0; i < TINY; i++) {
                String name = "i" + i;
                matrix = matrix.instance("name: " + name + ", budget: {ram: 256Mi}");
                Await.until(
                        cluster,
                        "the lane is free",
                        () -> {
                            if (lane.holder() != null) {
                                throw new AssertionError("held");
                            }
                        });
                user.apply(matrix);
                Instant accepted = Instant.now();
                user.awaitReady(MATRIX, name);
                Instant pod = seen.get(MATRIX + "-" + name + "-1");
                if (i > 0) { // the first one waits for its claim to be bound
                    millis.add(seconds(Duration.between(accepted, pod)) * 1000);
                }
            }
            millis.sort(null);
            say(
                    "spec accepted to pod seen, gate open, %d times: p50 %.0f ms, p95 %.0f ms"
                            .formatted(
                                    millis.size(),
                                    millis.get(millis.size() / 2),
                                    millis.get((int) Math.ceil(millis.size() * 0.95) - 1)));
        } finally {
            world.remove("bench-tiny.gguf");
        }
    }

    private Watch watch(ClusterUser user, Map<String, Instant> seen) {
        return cluster.client()
                .pods()
                .inNamespace(user.namespace())
                .watch(
                        new Watcher<Pod>() {
                            @Override
                            public void eventReceived(Action action, Pod pod) {
                                seen.putIfAbsent(pod.getMetadata().getName(), Instant.now());
                            }

                            @Override
                            public void onClose(WatcherException cause) {}
                        });
    }

    private static Instant time(JsonNode status, String field) {
        return Instant.parse(status.path(field).asText());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static void say(String line) {
        System.out.println("BENCH " + line);
    }
}
