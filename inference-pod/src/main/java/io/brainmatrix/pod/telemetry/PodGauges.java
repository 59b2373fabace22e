package io.brainmatrix.pod.telemetry;

import io.brainmatrix.memory.ProcessMemory;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.memory.Guard;
import io.brainmatrix.pod.memory.Rung;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Every gauge of the pod, read when it is asked for; docs/metrics.md lists them. */
public final class PodGauges {
    /** What nobody knows yet is left out of a scrape. */
    private static final double UNKNOWN = -1;

    private final Supplier<PodState> state;
    private final Guard guard;
    private final Supplier<Optional<Desk>> desk;
    private final Supplier<Rung> rung;
    private final Path proc;

    /**
     * Gauges of one life.
     *
     * @param desk empty until the model serves
     * @param proc where procfs is mounted
     */
    public PodGauges(
            Supplier<PodState> state,
            Guard guard,
            Supplier<Optional<Desk>> desk,
            Supplier<Rung> rung,
            Path proc) {
        this.state = state;
        this.guard = guard;
        this.desk = desk;
        this.rung = rung;
        this.proc = proc;
    }

    /** All of them. */
    public List<PodMetrics.Gauge> all() {
        return List.of(
                gauge(
                        "memory_used_bytes",
                        "Used by the pod's cgroup, not reclaimable.",
                        this::used),
                gauge("memory_peak_bytes", "The most that was used.", () -> (double) guard.peak()),
                gauge(
                        "memory_limit_bytes",
                        "The limit read back.",
                        () -> known(state.get().limit())),
                gauge(
                        "memory_predicted_bytes",
                        "The predicted footprint.",
                        () -> known(state.get().predicted())),
                gauge(
                        "memory_steady_bytes",
                        "Used when serving began.",
                        () -> known(state.get().steady())),
                gauge(
                        "memory_promised_unused_bytes",
                        "Of the predicted footprint, what is not used yet.",
                        this::promisedUnused),
                process("virtual_bytes", "Address space.", ProcessMemory::virtual),
                process("resident_bytes", "In RAM.", ProcessMemory::resident),
                process(
                        "resident_peak_bytes",
                        "The most that was in RAM.",
                        ProcessMemory::peakResident),
                process("anonymous_bytes", "Pages of no file in RAM.", ProcessMemory::anonymous),
                process("file_bytes", "Pages of files in RAM.", ProcessMemory::file),
                process("swapped_bytes", "Pages in swap.", ProcessMemory::swapped),
                process("threads", "Threads, native ones too.", ProcessMemory::threads),
                gauge("process_open_fds", "Open file descriptors.", this::openFiles),
                gauge(
                        "rung",
                        "Rung of the guard's ladder: 0 free, 1 queue, 2 shorten, 3 refuse, 4 end.",
                        () -> (double) rung.get().height()),
                gauge("load_seconds", "How long the load took.", this::loadSeconds),
                gauge("requests_running", "Requests being answered.", () -> served(Desk::running)),
                gauge(
                        "requests_waiting",
                        "Requests that wait for a slot.",
                        () -> served(Desk::waiting)),
                gauge(
                        "engine_silent_seconds",
                        "Since the engine last gave a sign of life while it has work; 0 without.",
                        () -> served(d -> d.silent().toMillis() / 1e3)));
    }

    /** Those that have a label. */
    public List<PodMetrics.Family> families() {
        return List.of(
                new PodMetrics.Family(
                        "brainmatrix_pod_memory_part_bytes",
                        "What llama.cpp has reserved for weights, cache and compute, and the most that the JVM's pools held.",
                        "part",
                        this::parts));
    }

    private Map<String, Double> parts() {
        Map<String, Double> parts = new TreeMap<>();
        desk.get()
                .ifPresent(
                        d ->
                                d.engine()
                                        .buffers()
                                        .forEach(
                                                (part, bytes) ->
                                                        parts.put(
                                                                part.name()
                                                                        .toLowerCase(Locale.ROOT),
                                                                (double) bytes)));
        long jvm = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            jvm += pool.getPeakUsage().getUsed();
        }
        parts.put("jvm", (double) jvm);
        return parts;
    }

    private static PodMetrics.Gauge gauge(String name, String help, Supplier<Double> value) {
        return new PodMetrics.Gauge("brainmatrix_pod_" + name, help, value);
    }

    private PodMetrics.Gauge process(
            String name, String help, ToDoubleFunction<ProcessMemory> part) {
        return gauge(
                "process_" + name,
                help,
                () -> {
                    try {
                        return part.applyAsDouble(ProcessMemory.read(proc));
                    } catch (IOException e) {
                        return UNKNOWN;
                    }
                });
    }

    private double used() {
        return guard.samples().getLast().used();
    }

    private double promisedUnused() {
        Long predicted = state.get().predicted();
        return predicted == null ? UNKNOWN : Math.max(0, predicted - used());
    }

    private double openFiles() {
        try {
            return ProcessMemory.openFiles(proc);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    private static double known(@Nullable Long bytes) {
        return bytes == null ? UNKNOWN : bytes;
    }

    private double served(ToDoubleFunction<Desk> reading) {
        return desk.get().map(reading::applyAsDouble).orElse(UNKNOWN);
    }

    private double loadSeconds() {
        PodState now = state.get();
        Instant from = now.loadStarted();
        Instant to = now.loadEnded();
        return from == null || to == null ? UNKNOWN : Duration.between(from, to).toMillis() / 1e3;
    }
}
