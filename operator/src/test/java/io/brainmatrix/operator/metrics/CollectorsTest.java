package io.brainmatrix.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.operator.admission.Action;
import io.brainmatrix.operator.admission.AdmissionDecision;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.admission.NodeSnapshot;
import io.brainmatrix.operator.admission.Waiting;
import io.brainmatrix.operator.herald.Messenger;
import io.brainmatrix.operator.leader.Leadership;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.client.CollectorRegistry;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the operator tells Prometheus. */
class CollectorsTest {
    private static final String[] LABELS = {"namespace", "matrix", "instance"};
    private static final String[] SUBJECT = {"brains", "glass-jar", "subject"};
    private static final String[] OBSERVER = {"brains", "glass-jar", "observer"};

    private final PaperView paper = PaperView.full();
    private final GateTally gate =
            new GateTally(
                    node ->
                            new AdmissionDecision(
                                    new Action.Nothing(),
                                    Map.of(
                                            new InstanceKey("n", "m", "u", "i"),
                                            new Waiting(
                                                    Reason.WaitingForLane, "", OptionalInt.of(1))),
                                    Optional.empty()));
    private boolean leads = true;
    private final ProcessCollector process =
            new ProcessCollector(paper.view(), new Follower(), () -> 7, gate);
    private final CollectorRegistry registry = new CollectorRegistry(true);

    CollectorsTest() {
        registry.register(process);
        registry.register(new MatrixCollector(paper.view()));
        registry.register(new NodeCollector(paper.view(), paper.reader()));
        registry.register(
                new HeraldCollector(() -> Optional.of(new Messenger.Count(5, 4, 3, 2, 1))));
    }

    private final class Follower implements Leadership {
        @Override
        public boolean leads() {
            return leads;
        }

        @Override
        public boolean begin() {
            return leads;
        }

        @Override
        public void end() {}
    }

    private double value(String name, String[] labels, String[] values) {
        Double found = registry.getSampleValue(name, labels, values);
        assertThat(found).as("%s%s", name, List.of(values)).isNotNull();
        return found == null ? 0 : found;
    }

    private double part(String part) {
        return value(Meter.NODE_LEDGER, "edge", part);
    }

    private double value(Meter meter, String... values) {
        return value(meter.metric(), meter.labels().toArray(String[]::new), values);
    }

    private Set<String> told() {
        return Collections.list(registry.metricFamilySamples()).stream()
                .flatMap(f -> f.samples.stream())
                .map(s -> s.name)
                .collect(Collectors.toSet());
    }

    @Test
    void everyMeterIsFedByAClusterThatHasItAll() {
        gate.decide(
                new NodeSnapshot(
                        "n",
                        java.time.Instant.EPOCH,
                        0,
                        0,
                        true,
                        Optional.empty(),
                        io.brainmatrix.operator.admission.Lane.free(),
                        List.of(),
                        List.of()));
        Set<String> told = told();

        for (Meter meter : Meter.values()) {
            String sample =
                    meter.kind() == Meter.Kind.HISTOGRAM
                            ? meter.metric() + "_count"
                            : meter.metric();
            assertThat(told).contains(sample);
        }
        Set<String> known =
                Arrays.stream(Meter.values()).map(Meter::metric).collect(Collectors.toSet());
        Set<String> unknown = new HashSet<>();
        told.stream()
                .map(n -> n.replaceAll("^(brainmatrix_lane_hold_seconds)_.*", "$1"))
                .filter(n -> !known.contains(n))
                .filter(n -> !n.endsWith("_created"))
                .forEach(unknown::add);
        assertThat(unknown).isEmpty();
    }

    @Test
    void tellsOfInstancesWhatTheirStatusSays() {
        assertThat(value(Meter.INSTANCE_READY, SUBJECT)).isEqualTo(1);
        assertThat(value(Meter.INSTANCE_READY, OBSERVER)).isZero();
        assertThat(value(Meter.INSTANCE_DEATHS, OBSERVER)).isEqualTo(2);
        assertThat(value(Meter.INSTANCE_DEATHS, SUBJECT)).isZero();
        assertThat(value(Meter.INSTANCE_SHED, OBSERVER)).isEqualTo(1);
        assertThat(
                        value(
                                Meter.INSTANCE_DEATHS_BY_CLASS,
                                "brains",
                                "glass-jar",
                                "observer",
                                "OutOfMemory"))
                .isEqualTo(2);
        assertThat(
                        value(
                                Meter.INSTANCE_RECENT_ENDS,
                                "brains",
                                "glass-jar",
                                "observer",
                                "OutOfMemory"))
                .isEqualTo(2);
        assertThat(value(Meter.INSTANCE_NEXT_ATTEMPT, OBSERVER)).isEqualTo(1767268805.0);
        assertThat(value(Meter.INSTANCE_WAITING_SINCE, OBSERVER)).isEqualTo(1767268740.0);
        assertThat(value(Meter.INSTANCE_MEMORY_PEAK, SUBJECT)).isEqualTo(450);
        assertThat(value(Meter.MATRIX_BEHIND, "brains", "glass-jar")).isEqualTo(1);
        assertThat(value(Meter.MATRIX_CONDITION, "brains", "glass-jar", "Degraded")).isEqualTo(1);
    }

    @Test
    void whatNobodyMeasuredHasNoSample() {
        assertThat(registry.getSampleValue(Meter.INSTANCE_MEMORY_PEAK.metric(), LABELS, OBSERVER))
                .isNull();
        assertThat(registry.getSampleValue(Meter.INSTANCE_NEXT_ATTEMPT.metric(), LABELS, SUBJECT))
                .isNull();
    }

    @Test
    void theLedgersPartsAddUp() {
        assertThat(part("free"))
                .isEqualTo(
                        part("allocatable")
                                - part("reserve")
                                - part("foreign")
                                - part("unaccounted")
                                - part("committed"));
        assertThat(part("measured_free"))
                .isEqualTo(part("available") - part("unused") - part("reserve"));
        assertThat(part("committed")).isEqualTo(1L << 30);
        assertThat(value(Meter.INSTANCE_MEMORY_USED, "brains", "glass-jar", "subject", "edge"))
                .isEqualTo(400);
    }

    @Test
    void theLanesHolderIsTheInstanceAndItsHoldIsMeasured() {
        assertThat(value(Meter.LANE_HOLDER, "edge", "brains", "glass-jar", "observer"))
                .isEqualTo(1);
        assertThat(value(Meter.LANE_HELD_SINCE, "edge")).isEqualTo(1767268795.0);

        process.see(paper.lanes.getFirst());
        process.see(PaperView.lane("", "2026-01-01T12:00:02.500000Z"));

        assertThat(value("brainmatrix_lane_hold_seconds_count", new String[0], new String[0]))
                .isEqualTo(1);
        assertThat(value("brainmatrix_lane_hold_seconds_sum", new String[0], new String[0]))
                .isEqualTo(7.5);
    }

    @Test
    void countsAnEndOnceAndNoneFromBeforeItsTime() {
        BrainMatrix before = paper.matrices.getFirst();
        process.see(before);
        assertThat(value(Meter.ENDS, "OutOfMemory")).isZero();

        BrainMatrix after = died(before, "u4");
        process.see(after);
        process.see(after);
        assertThat(value(Meter.ENDS, "OutOfMemory")).isEqualTo(1);
        assertThat(value(Meter.ENDS, "Killed")).isZero();
    }

    @Test
    void whoDoesNotLeadCountsNoEnd() {
        process.see(paper.matrices.getFirst());
        leads = false;
        process.see(died(paper.matrices.getFirst(), "u4"));
        leads = true;
        process.see(died(paper.matrices.getFirst(), "u4"));

        assertThat(value(Meter.ENDS, "OutOfMemory")).isZero();
        assertThat(value(Meter.LEADER)).isEqualTo(1);
    }

    private static BrainMatrix died(BrainMatrix matrix, String uid) {
        return Serialization.unmarshal(
                Serialization.asYaml(matrix)
                        .replaceFirst(
                                "recent:\\n( *)- ",
                                "recent:\n$1- {podUid: %s, endClass: OutOfMemory}\n$1- "
                                        .formatted(uid)),
                BrainMatrix.class);
    }

    @Test
    void theSeriesOfAMatrixThatIsGoneAreGone() {
        assertThat(told()).contains(Meter.INSTANCE_DEATHS.metric());

        paper.matrices.clear();
        paper.pods.clear();
        paper.lanes.clear();

        assertThat(
                        Collections.list(registry.metricFamilySamples()).stream()
                                .flatMap(f -> f.samples.stream())
                                .filter(s -> s.labelNames.contains("matrix")))
                .isEmpty();
    }

    @Test
    void countsWhatTheGateDecides() {
        NodeSnapshot node = paper.reader().occupied("edge");
        gate.decide(node);
        gate.decide(node);

        assertThat(value(Meter.GATE_DECISIONS, "WaitingForLane")).isEqualTo(2);
        assertThat(value(Meter.GATE_ACTIONS, "Nothing")).isEqualTo(2);
        assertThat(value(Meter.GATE_ACTIONS, "TakeLane")).isZero();
        assertThat(value(Meter.ADMISSIONS)).isEqualTo(7);
    }

    @Test
    void aReadingThatIsTooOldIsToldAsSuch() {
        paper.fresh = false;

        assertThat(value(Meter.NODE_READING_FRESH, "edge")).isZero();
        assertThat(value(Meter.NODE_QUEUE, "edge")).isEqualTo(1);
    }
}
