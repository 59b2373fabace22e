package io.brainmatrix.agent;

import java.util.List;
import java.util.Locale;

/**
 * Every metric of the agent: the only place of their names. docs/metrics.md has a row for each,
 * which a test compares with {@link #row}. All of them carry the node's name.
 */
enum AgentMeter {
    CAPACITY("brainmatrix_node_memory_capacity_bytes", "bytes", "MemTotal", "always"),
    AVAILABLE("brainmatrix_node_memory_available_bytes", "bytes", "MemAvailable", "always"),
    RESERVE(
            "brainmatrix_node_memory_reserve_bytes",
            "bytes",
            "kept free for the system",
            "once it has been asked for"),
    SLOPE(
            "brainmatrix_node_memory_slope_bytes_per_second",
            "bytes/s",
            "change of available memory over the window, negative while memory is being taken",
            "once a window can be judged"),
    SLOPE_BOUND(
            "brainmatrix_node_memory_settle_slope_bytes_per_second",
            "bytes/s",
            "largest change, in either direction, that counts as settled: the strictest of those that wait",
            "always"),
    WINDOW(
            "brainmatrix_node_memory_settle_window_seconds",
            "seconds",
            "window over which the slope is judged",
            "always"),
    SETTLED("brainmatrix_node_memory_settled", "bool", "1 while memory is settled", "always"),
    FAST(
            "brainmatrix_node_memory_fast",
            "bool",
            "1 while the operator asks for samples every 100 ms",
            "always"),
    PRESSURE_SOME(
            "brainmatrix_node_memory_pressure_some_ratio",
            "0 to 1",
            "share of the last 10 s in which some tasks stalled for memory",
            "where the kernel has pressure stall information"),
    PRESSURE_FULL(
            "brainmatrix_node_memory_pressure_full_ratio",
            "0 to 1",
            "share of the last 10 s in which all tasks stalled for memory",
            "where the kernel has pressure stall information"),
    SWAP_DISK(
            "brainmatrix_node_swap_disk_bytes", "bytes", "in swap on disks", "where there is swap"),
    SWAP_ZRAM(
            "brainmatrix_node_swap_zram_bytes",
            "bytes",
            "in swap on zram, before compression",
            "where there is swap"),
    SWAP_IN(
            "brainmatrix_node_swap_in_bytes_per_second",
            "bytes/s",
            "swapped in, between the latest two samples",
            "where there is swap"),
    SWAP_OUT(
            "brainmatrix_node_swap_out_bytes_per_second",
            "bytes/s",
            "swapped out, between the latest two samples",
            "where there is swap"),
    GPU_USED(
            "brainmatrix_node_gpu_used_bytes",
            "bytes",
            "memory of the GPU in use by anybody",
            "where somebody tells it"),
    GPU_TOTAL(
            "brainmatrix_node_gpu_total_bytes",
            "bytes",
            "memory of a discrete GPU",
            "where there is one whose driver tells"),
    TEMPERATURE(
            "brainmatrix_node_temperature_celsius",
            "°C",
            "the thermal zone that is nearest to its stop",
            "where the kernel has thermal zones"),
    TEMPERATURE_STOP(
            "brainmatrix_node_temperature_stop_celsius",
            "°C",
            "from this on nobody is let in",
            "where that zone has a stop"),
    PODS(
            "brainmatrix_agent_inference_pods",
            "pods",
            "inference pods whose report is in the latest NodeMemory",
            "once published"),
    SAMPLES("brainmatrix_agent_samples_total", "samples", "samples taken", "always"),
    PUBLISHES("brainmatrix_agent_publishes_total", "writes", "NodeMemory writes", "always"),
    PUBLISH_FAILURES(
            "brainmatrix_agent_publish_failures_total",
            "writes",
            "NodeMemory writes that failed",
            "always"),
    POD_STATUS_FAILURES(
            "brainmatrix_agent_pod_status_failures_total",
            "requests",
            "times that an inference pod did not tell its status",
            "always");

    static final List<String> LABELS = List.of("node");

    private final String metric;
    private final String unit;
    private final String meaning;
    private final String present;

    AgentMeter(String metric, String unit, String meaning, String present) {
        this.metric = metric;
        this.unit = unit;
        this.meaning = meaning;
        this.present = present;
    }

    /** Name in Prometheus's text, with a counter's suffix. */
    String metric() {
        return metric;
    }

    String meaning() {
        return meaning;
    }

    boolean counter() {
        return metric.endsWith("_total");
    }

    /** Its row in docs/metrics.md. */
    String row() {
        return "| `%s` | %s | %s | %s | %s | %s |"
                .formatted(
                        metric,
                        counter() ? "counter" : "gauge",
                        String.join(", ", LABELS).toLowerCase(Locale.ROOT),
                        unit,
                        meaning,
                        present);
    }
}
