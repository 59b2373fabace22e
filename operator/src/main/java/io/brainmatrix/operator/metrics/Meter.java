package io.brainmatrix.operator.metrics;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every metric of the operator's own: the only place of their names. docs/metrics.md has a row for
 * each, which a test compares with {@link #row}.
 */
enum Meter {
    INSTANCE_READY(
            Kind.GAUGE,
            "brainmatrix_instance_ready",
            "bool",
            "1 while the instance answers requests",
            Present.ALWAYS,
            Labels.INSTANCE),
    INSTANCE_WAITING(
            Kind.GAUGE,
            "brainmatrix_instance_waiting",
            "bool",
            "1 while the instance is not ready, by its reason",
            "while it is not ready",
            Labels.INSTANCE,
            "reason"),
    INSTANCE_WAITING_SINCE(
            Kind.GAUGE,
            "brainmatrix_instance_waiting_since_timestamp_seconds",
            "unix time",
            "since when the instance has not been let in",
            "while it is not let in",
            Labels.INSTANCE),
    INSTANCE_QUEUE_POSITION(
            Kind.GAUGE,
            "brainmatrix_instance_queue_position",
            "place",
            "place in its node's queue, 1 is the head",
            "while it queues",
            Labels.INSTANCE),
    INSTANCE_PLACED(
            Kind.GAUGE,
            "brainmatrix_instance_placed",
            "bool",
            "1 for the node that the instance is placed on",
            "once it is placed",
            Labels.INSTANCE,
            "node"),
    INSTANCE_LIVES(
            Kind.COUNTER,
            "brainmatrix_instance_lives_total",
            "lives",
            "lives begun; from the status, so a restart of the operator loses none",
            Present.ALWAYS,
            Labels.INSTANCE),
    INSTANCE_DEATHS(
            Kind.COUNTER,
            "brainmatrix_instance_deaths_total",
            "deaths",
            "deaths of all its lives; from the status",
            Present.ALWAYS,
            Labels.INSTANCE),
    INSTANCE_DEATHS_BY_CLASS(
            Kind.COUNTER,
            "brainmatrix_instance_deaths_by_class_total",
            "lives",
            "deaths and sheds of all its lives, by class; from the status",
            "after the first of the class",
            Labels.INSTANCE,
            "class"),
    INSTANCE_SHED(
            Kind.COUNTER,
            "brainmatrix_instance_shed_total",
            "lives",
            "lives ended for the node's sake, which are no deaths; from the status",
            Present.ALWAYS,
            Labels.INSTANCE),
    INSTANCE_CONSECUTIVE_DEATHS(
            Kind.GAUGE,
            "brainmatrix_instance_consecutive_deaths",
            "deaths",
            "deaths since the last life that lasted `recovery.resetAfter`",
            Present.ALWAYS,
            Labels.INSTANCE),
    INSTANCE_RETRIES(
            Kind.GAUGE,
            "brainmatrix_instance_retries",
            "ends",
            "consecutive ends that were no deaths, such as a model that is missing",
            Present.ALWAYS,
            Labels.INSTANCE),
    INSTANCE_RECENT_ENDS(
            Kind.GAUGE,
            "brainmatrix_instance_recent_ends",
            "ends",
            "how many of its latest ends, at most 10, were of a class",
            "after an end",
            Labels.INSTANCE,
            "class"),
    INSTANCE_LAST_END(
            Kind.GAUGE,
            "brainmatrix_instance_last_end_timestamp_seconds",
            "unix time",
            "when its latest life ended, with the class of that end",
            "after an end",
            Labels.INSTANCE,
            "class"),
    INSTANCE_NEXT_ATTEMPT(
            Kind.GAUGE,
            "brainmatrix_instance_next_attempt_timestamp_seconds",
            "unix time",
            "before this time it is not let in again",
            "while a delay runs",
            Labels.INSTANCE),
    INSTANCE_MEMORY_DECLARED(
            Kind.GAUGE,
            "brainmatrix_instance_memory_declared_bytes",
            "bytes",
            "its `budget.ram`",
            Present.ALWAYS,
            Labels.INSTANCE),
    INSTANCE_MEMORY_PREDICTED(
            Kind.GAUGE,
            "brainmatrix_instance_memory_predicted_bytes",
            "bytes",
            "what arithmetic says before the load",
            "once a pod has told",
            Labels.INSTANCE),
    INSTANCE_MEMORY_STEADY(
            Kind.GAUGE,
            "brainmatrix_instance_memory_steady_bytes",
            "bytes",
            "what it used once it was ready",
            "once a pod has told",
            Labels.INSTANCE),
    INSTANCE_MEMORY_PEAK(
            Kind.GAUGE,
            "brainmatrix_instance_memory_peak_bytes",
            "bytes",
            "the most it used",
            "once a pod has told",
            Labels.INSTANCE),
    INSTANCE_MEMORY_USED(
            Kind.GAUGE,
            "brainmatrix_instance_memory_used_bytes",
            "bytes",
            "what its pod uses by the node's latest snapshot",
            "while its pod is in the snapshot",
            Labels.INSTANCE,
            "node"),
    MATRIX_INSTANCES(
            Kind.GAUGE,
            "brainmatrix_matrix_instances",
            "instances",
            "instances in its spec",
            Present.ALWAYS,
            Labels.MATRIX),
    MATRIX_CONDITION(
            Kind.GAUGE,
            "brainmatrix_matrix_condition",
            "bool",
            "1 where the condition is True: BudgetFits, Admitted, Ready, Degraded",
            Present.ALWAYS,
            Labels.MATRIX,
            "condition"),
    MATRIX_SUSPENDED(
            Kind.GAUGE,
            "brainmatrix_matrix_suspended",
            "bool",
            "1 where `spec.suspend` is true",
            Present.ALWAYS,
            Labels.MATRIX),
    MATRIX_BEHIND(
            Kind.GAUGE,
            "brainmatrix_matrix_unobserved_generations",
            "generations",
            "changes of its spec that its status does not answer yet",
            Present.ALWAYS,
            Labels.MATRIX),
    NODE_READING_FRESH(
            Kind.GAUGE,
            "brainmatrix_node_reading_fresh",
            "bool",
            "1 while this process takes the agent's reading for fresh; 0 closes the node's gate",
            "for nodes with a NodeMemory",
            Labels.NODE),
    NODE_QUEUE(
            Kind.GAUGE,
            "brainmatrix_node_queue_length",
            "instances",
            "instances in the node's queue",
            "for nodes with a NodeMemory",
            Labels.NODE),
    NODE_LEDGER(
            Kind.GAUGE,
            "brainmatrix_node_ledger_bytes",
            "bytes",
            "the gate's account: `allocatable`, `reserve`, `foreign`, `unaccounted`, `committed`, `unused`, `available`, and the two sums `free` and `measured_free`",
            "for nodes with a reading",
            Labels.NODE,
            "part"),
    NODE_GPU_LEDGER(
            Kind.GAUGE,
            "brainmatrix_node_gpu_ledger_bytes",
            "bytes",
            "the account of a discrete GPU: `total`, `unaccounted`, `committed`, `unused`, `available`, and the sums `free` and `measured_free`",
            "for nodes with a discrete GPU whose memory is told",
            Labels.NODE,
            "part"),
    LANE_HELD(
            Kind.GAUGE,
            "brainmatrix_lane_held",
            "bool",
            "1 while the node's lane is held",
            "once it was taken",
            Labels.NODE),
    LANE_HOLDER(
            Kind.GAUGE,
            "brainmatrix_lane_holder",
            "bool",
            "1 for the instance that holds the node's lane",
            "while it is held",
            Labels.NODE,
            "namespace",
            "matrix",
            "instance"),
    LANE_HELD_SINCE(
            Kind.GAUGE,
            "brainmatrix_lane_held_since_timestamp_seconds",
            "unix time",
            "when the lane was taken by its holder",
            "while it is held",
            Labels.NODE),
    LANE_HOLD(
            Kind.HISTOGRAM,
            "brainmatrix_lane_hold_seconds",
            "seconds",
            "how long lanes were held that were given back while this process led",
            Present.ALWAYS,
            Labels.NONE),
    ADMISSIONS(
            Kind.COUNTER,
            "brainmatrix_admissions_total",
            "pods",
            "pods let in by this process",
            Present.ALWAYS,
            Labels.NONE),
    GATE_DECISIONS(
            Kind.COUNTER,
            "brainmatrix_gate_decisions_total",
            "judgements",
            "judgements of this process's gate, one for each candidate of each pass, by the reason it gave; `Loading` is an open gate",
            "once it was given",
            Labels.NONE,
            "reason"),
    GATE_ACTIONS(
            Kind.COUNTER,
            "brainmatrix_gate_actions_total",
            "passes",
            "passes of this process's gate by what they wanted done: `Nothing`, `TakeLane`, `CreatePod`, `ReleaseLane`, `ReclaimLane`, `EndLoad`",
            Present.ALWAYS,
            Labels.NONE,
            "action"),
    ENDS(
            Kind.COUNTER,
            "brainmatrix_ends_total",
            "ends",
            "ends written down while this process led, by class",
            Present.ALWAYS,
            Labels.NONE,
            "class"),
    HERALD_TOLD(
            Kind.COUNTER,
            "brainmatrix_herald_told_total",
            "entries",
            "deaths, resurrections and suspensions that the chronicle has by this process, those that it had before among them",
            Present.CHRONICLE,
            Labels.NONE),
    HERALD_REFUSED(
            Kind.COUNTER,
            "brainmatrix_herald_refused_total",
            "entries",
            "what the chronicle will never take of this process: told otherwise before, or at fault",
            Present.CHRONICLE,
            Labels.NONE),
    HERALD_FAILURES(
            Kind.COUNTER,
            "brainmatrix_herald_failures_total",
            "tries",
            "times that telling failed and was put off",
            Present.CHRONICLE,
            Labels.NONE),
    HERALD_WAITING(
            Kind.GAUGE,
            "brainmatrix_herald_waiting",
            "entries",
            "what is still to be told",
            Present.CHRONICLE,
            Labels.NONE),
    HERALD_DROPPED(
            Kind.COUNTER,
            "brainmatrix_herald_dropped_total",
            "entries",
            "what went untold because too much waited",
            Present.CHRONICLE,
            Labels.NONE),
    LEADER(
            Kind.GAUGE,
            "brainmatrix_leader",
            "bool",
            "1 in the process that acts",
            Present.ALWAYS,
            Labels.NONE);

    /** The metric's type, as Prometheus has it. */
    enum Kind {
        GAUGE,
        COUNTER,
        HISTOGRAM
    }

    private static final class Present {
        static final String ALWAYS = "always";
        static final String CHRONICLE = "where the chart has a chronicle";
    }

    private static final class Labels {
        static final List<String> NONE = List.of();
        static final List<String> NODE = List.of("node");
        static final List<String> MATRIX = List.of("namespace", "matrix");
        static final List<String> INSTANCE = List.of("namespace", "matrix", "instance");
    }

    private final Kind kind;
    private final String metric;
    private final String unit;
    private final String meaning;
    private final String present;

    /** Joined by commas: an enum holds nothing that could change. */
    private final String labels;

    Meter(
            Kind kind,
            String metric,
            String unit,
            String meaning,
            String present,
            List<String> labels,
            String... more) {
        this.kind = kind;
        this.metric = metric;
        this.unit = unit;
        this.meaning = meaning;
        this.present = present;
        this.labels =
                Stream.concat(labels.stream(), Stream.of(more)).collect(Collectors.joining(", "));
    }

    Kind kind() {
        return kind;
    }

    /** Name in Prometheus's text, with a counter's suffix. */
    String metric() {
        return metric;
    }

    String meaning() {
        return meaning;
    }

    List<String> labels() {
        return labels.isEmpty() ? List.of() : List.of(labels.split(", ", -1));
    }

    /** Its row in docs/metrics.md. */
    String row() {
        return "| `%s` | %s | %s | %s | %s | %s |"
                .formatted(
                        metric,
                        kind.name().toLowerCase(Locale.ROOT),
                        labels.isEmpty() ? "none" : labels,
                        unit,
                        meaning,
                        present);
    }
}
