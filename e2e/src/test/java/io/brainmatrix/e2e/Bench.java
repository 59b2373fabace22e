package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Admission;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.quickstart.Chart;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** How benchmarks tell their figures: lines that `bench/` filters from the build's output. */
final class Bench {
    private Bench() {}

    static void say(String line) {
        System.out.println("BENCH " + line);
    }

    /** A figure with a death of the agent or the operator in it is none. */
    static void nobodyDied(Cluster cluster) {
        cluster.client().pods().inNamespace(Chart.NAMESPACE).list().getItems().stream()
                .filter(pod -> pod.getStatus().getContainerStatuses() != null)
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .forEach(c -> assertThat(c.getRestartCount()).as(c.getName()).isZero());
    }

    /** The settle window in force for a matrix, as the API server has its object. */
    static Duration window(ClusterUser user, String matrix) {
        Admission admission = user.matrix(matrix).orElseThrow().getSpec().admission();
        return Durations.parse(
                Objects.requireNonNull(
                        Objects.requireNonNull(Objects.requireNonNull(admission).settle())
                                .window()));
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    /** {@code p50 12 ms, p95 30 ms} of figures in milliseconds. */
    static String percentiles(List<Double> millis) {
        List<Double> sorted = millis.stream().sorted().toList();
        return "p50 %.0f ms, p95 %.0f ms of %d"
                .formatted(
                        sorted.get(sorted.size() / 2),
                        sorted.get((int) Math.ceil(sorted.size() * 0.95) - 1),
                        sorted.size());
    }
}
