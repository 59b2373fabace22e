package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.memory.Cgroup;
import io.brainmatrix.memory.MemInfo;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.EngineLoader;
import io.brainmatrix.pod.http.ApiToken;
import io.brainmatrix.pod.http.Connections;
import io.brainmatrix.pod.http.PodServer;
import io.brainmatrix.pod.memory.Guard;
import io.brainmatrix.pod.memory.Ladder;
import io.brainmatrix.pod.memory.LoadGuardPolicy;
import io.brainmatrix.pod.memory.MemorySample;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.memory.ServingPolicy;
import io.brainmatrix.pod.telemetry.BlackBox;
import io.brainmatrix.pod.telemetry.BootId;
import io.brainmatrix.pod.telemetry.PodMetrics;
import io.brainmatrix.pod.telemetry.PodState;
import io.brainmatrix.pod.telemetry.StatusReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One life, in this order: black box and guard, limit read back, header and footprint, digest,
 * load, first token, serving (R9, R10, R11).
 */
public final class Life {
    private static final System.Logger LOG = System.getLogger(Life.class.getName());
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    /** Without a sign of life for longer, beside what its prompts may take, the engine is hung. */
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private static final long LEAST_RESERVE = 512L << 20;
    private static final long BLACK_BOX_NANOS = 1_000_000_000L;

    /**
     * When memory moved by more than this part of the limit the black box is written at once: what
     * a fast ramp ends must show the ramp.
     */
    private static final long BLACK_BOX_MOVES = 16;

    private static final double MEBIBYTE = 1 << 20;

    private final Surroundings surroundings;
    private final EngineLoader loader;
    private final boolean guarded;
    private final BlackBox blackBox;
    private final Clock clock = Clock.systemUTC();
    private final long begun = System.nanoTime();
    private final AtomicReference<PodState> state = new AtomicReference<>(PodState.begun());
    private final AtomicReference<@Nullable Desk> desk = new AtomicReference<>();
    private final AtomicReference<@Nullable Guard> guard = new AtomicReference<>();
    private final AtomicReference<@Nullable Ladder> ladder = new AtomicReference<>();

    /** Tokens; 0 until the header is read. */
    private final AtomicInteger vocabulary = new AtomicInteger();

    private final @Nullable String bootId;
    private volatile long life;
    private long lastRecord;

    /** Bytes at the latest record for memory's sake; for the guard's thread alone. */
    private long lastUsed;

    /** Where this process finds what the kernel and the kubelet tell. */
    public record Surroundings(
            @Nullable String config,
            Path proc,
            Path cgroups,
            Path terminationLog,
            Path scratch,
            Path apiToken,
            int port) {
        private static final int PORT = 8080;

        /** Where the operator mounts the Secret with the token that clients must have. */
        private static final Path API_TOKEN = Path.of("/etc/brainmatrix/api-token/token");

        /** Those of a container of the image; its environment may name another port or log. */
        public static Surroundings ofContainer() {
            return new Surroundings(
                    System.getenv(InstanceConfig.ENVIRONMENT),
                    Path.of("/proc"),
                    Path.of("/sys/fs/cgroup"),
                    Path.of(
                            System.getenv()
                                    .getOrDefault(
                                            "BRAINMATRIX_TERMINATION_LOG", "/dev/termination-log")),
                    Path.of(System.getProperty("de.kherud.llama.tmpdir", "/scratch")),
                    API_TOKEN,
                    Integer.parseInt(
                            System.getenv()
                                    .getOrDefault("BRAINMATRIX_PORT", Integer.toString(PORT))));
        }
    }

    private Life(
            Surroundings surroundings, EngineLoader loader, boolean guarded, BlackBox blackBox) {
        this.surroundings = surroundings;
        this.loader = loader;
        this.guarded = guarded;
        this.blackBox = blackBox;
        this.bootId = BootId.read(surroundings.proc());
    }

    /**
     * Lives; returns only when serving has begun. Every other way ends the process with its own
     * exit code.
     */
    public static void begin(Surroundings surroundings, EngineLoader loader) throws IOException {
        begin(surroundings, loader, true);
    }

    /**
     * Lives, and lets the kernel alone keep the limit where {@code guarded} is false: to see that
     * it does, and what is left then.
     */
    public static void begin(Surroundings surroundings, EngineLoader loader, boolean guarded)
            throws IOException {
        Life life =
                new Life(
                        surroundings,
                        loader,
                        guarded,
                        BlackBox.open(surroundings.terminationLog()));
        life.record(null);
        Runtime.getRuntime().addShutdownHook(new Thread(life::drain, "drain"));
        try {
            life.live();
        } catch (Refusal refusal) {
            life.end(refusal.code(), String.valueOf(refusal.getMessage()));
        }
    }

    private void live() throws Refusal, IOException {
        InstanceConfig config = InstanceConfig.parse(surroundings.config());
        life = config.life();
        Optional<Cgroup> cgroup = Cgroup.locate(surroundings.cgroups(), surroundings.proc());
        if (cgroup.isEmpty()) {
            throw new Refusal(
                    ExitCode.NoLimit,
                    "this process is in no memory cgroup; nothing would limit the model");
        }
        Guard watcher =
                new Guard(
                        cgroup.get(),
                        surroundings.proc(),
                        () -> state.get().phase() == Phase.Loading || rung().atLeast(Rung.Queue),
                        this::sampled);
        guard.set(watcher);
        watcher.start();
        to(s -> s.in(Phase.Checking));
        long limit = limit(cgroup.get(), config.budget().ram());
        to(s -> s.limited(limit));
        serveHttp(config, watcher);
        ModelLoad load = new ModelLoad(config, loader, surroundings.scratch(), clock, this::to);
        ModelLoad.Checked checked = load.check();
        vocabulary.set(Math.toIntExact(checked.header().vocabulary()));
        Engine engine = load.run(checked);
        climb(config, limit);
        desk.set(
                new Desk(
                        engine,
                        config.engine().parallel(),
                        PATIENCE,
                        this::rung,
                        System::nanoTime));
        to(s -> s.serving(watcher.samples().getLast().used()));
    }

    private void climb(InstanceConfig config, long limit) throws IOException {
        Long reserve = config.nodeReserve();
        Long predicted = state.get().predicted();
        if (!guarded || predicted == null) {
            return;
        }
        ladder.set(
                new Ladder(
                        new ServingPolicy.Bounds(
                                limit,
                                predicted,
                                reserve == null ? defaultReserve() : reserve,
                                config.priority(),
                                config.namespace()
                                        + "/"
                                        + config.matrix()
                                        + "/"
                                        + config.instance())));
    }

    /** The agent's own default: 512 MiB, at least a twentieth of the node. */
    private long defaultReserve() throws IOException {
        return Math.max(LEAST_RESERVE, MemInfo.read(surroundings.proc()).total() / 20);
    }

    private Rung rung() {
        Ladder present = ladder.get();
        return present == null ? Rung.Free : present.rung();
    }

    private static long limit(Cgroup cgroup, long budget) throws Refusal {
        OptionalLong limit = cgroup.limit();
        if (limit.isEmpty()) {
            throw new Refusal(
                    ExitCode.NoLimit,
                    "the container has no memory limit; the budget is %d bytes".formatted(budget));
        }
        // The kernel rounds a limit down to whole pages.
        long page = 4096;
        if (limit.getAsLong() / page != budget / page) {
            throw new Refusal(
                    ExitCode.NoLimit,
                    "the container's memory limit is %d bytes, the budget %d: something changed the pod, such as a LimitRange"
                            .formatted(limit.getAsLong(), budget));
        }
        return limit.getAsLong();
    }

    private void serveHttp(InstanceConfig config, Guard watcher) throws IOException {
        PodMetrics metrics =
                new PodMetrics(
                        List.of(
                                new PodMetrics.Gauge(
                                        "brainmatrix_pod_memory_used_bytes",
                                        "Memory of this pod that cannot be reclaimed.",
                                        () -> (double) watcher.samples().getLast().used()),
                                new PodMetrics.Gauge(
                                        "brainmatrix_pod_memory_peak_bytes",
                                        "The most that was used.",
                                        () -> (double) watcher.peak()),
                                new PodMetrics.Gauge(
                                        "brainmatrix_pod_memory_limit_bytes",
                                        "The limit read back.",
                                        () -> known(state.get().limit())),
                                new PodMetrics.Gauge(
                                        "brainmatrix_pod_memory_predicted_bytes",
                                        "The predicted footprint.",
                                        () -> known(state.get().predicted())),
                                new PodMetrics.Gauge(
                                        "brainmatrix_pod_rung",
                                        "Rung of the guard's ladder: 0 free, 1 queue, 2 shorten, 3 refuse, 4 end.",
                                        () -> (double) rung().height()),
                                new PodMetrics.Gauge(
                                        "brainmatrix_pod_load_seconds",
                                        "How long the load took.",
                                        this::loadSeconds),
                                new PodMetrics.Gauge(
                                        "brainmatrix_pod_requests_running",
                                        "Requests being answered.",
                                        () -> served(Desk::running)),
                                new PodMetrics.Gauge(
                                        "brainmatrix_pod_requests_waiting",
                                        "Requests that wait for a slot.",
                                        () -> served(Desk::waiting))));
        PodServer.start(
                surroundings.port(),
                new PodServer.Parts(
                        () -> state.get().phase(),
                        this::rung,
                        () ->
                                StatusReport.status(
                                        config,
                                        state.get(),
                                        watcher.samples().getLast().used(),
                                        watcher.peak(),
                                        ladder.get() == null ? null : rung(),
                                        uptime()),
                        () -> Optional.ofNullable(desk.get()),
                        config.matrix() + "-" + config.instance(),
                        // llama.cpp shares the context out to the slots.
                        config.engine().contextLength() / config.engine().parallel(),
                        vocabulary::get,
                        clock,
                        metrics,
                        new ApiToken(surroundings.apiToken(), System::nanoTime),
                        new Connections(surroundings.proc(), System::nanoTime)));
    }

    private static double known(@Nullable Long bytes) {
        return bytes == null ? -1 : (double) bytes;
    }

    private double served(java.util.function.ToIntFunction<Desk> count) {
        Desk present = desk.get();
        return present == null ? -1 : count.applyAsInt(present);
    }

    private double loadSeconds() {
        PodState now = state.get();
        Instant from = now.loadStarted();
        Instant to = now.loadEnded();
        return from == null || to == null ? -1 : Duration.between(from, to).toMillis() / 1000.0;
    }

    private void to(UnaryOperator<PodState> step) {
        Phase before = state.get().phase();
        PodState now = state.updateAndGet(step);
        if (now.phase() != before) {
            LOG.log(System.Logger.Level.INFO, "Phase {0} after {1}", now.phase(), uptime());
            record(null);
        }
    }

    /** Called by the guard's thread after each look. */
    private void sampled(List<MemorySample> samples) {
        PodState now = state.get();
        Long limit = now.limit();
        Long predicted = now.predicted();
        if (guarded && now.phase() == Phase.Loading && limit != null && predicted != null) {
            LoadGuardPolicy.projectionPastLimit(samples, predicted, limit)
                    .ifPresent(
                            projection ->
                                    end(
                                            ExitCode.LoadAborted,
                                            "the load's projection %.0fMi passes the budget %.0fMi; raise `budget.ram` or lower `engine.contextLength`"
                                                    .formatted(
                                                            projection / MEBIBYTE,
                                                            limit / MEBIBYTE)));
        }
        served(samples);
        long used = samples.getLast().used();
        boolean moved = limit != null && Math.abs(used - lastUsed) > limit / BLACK_BOX_MOVES;
        if (moved || System.nanoTime() - lastRecord > BLACK_BOX_NANOS) {
            lastUsed = used;
            record(null);
        }
    }

    /** The ladder, and whether the engine still does anything. */
    private void served(List<MemorySample> samples) {
        Ladder present = ladder.get();
        Desk requests = desk.get();
        if (requests == null) {
            return;
        }
        if (requests.hung(SILENCE)) {
            end(
                    ExitCode.Hung,
                    "the engine has had work and produced nothing for more than %d s"
                            .formatted(SILENCE.toSeconds()));
        }
        if (present == null) {
            return;
        }
        Rung before = present.rung();
        present.look(samples, requests.running())
                .ifPresent(
                        ending ->
                                end(
                                        ending.cause() == ServingPolicy.Cause.Node
                                                ? ExitCode.ShedForNode
                                                : ExitCode.GuardEnded,
                                        ending.message()));
        if (present.rung() != before) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "Rung {0} for the sake of {1}",
                    present.rung(),
                    present.cause());
            if (present.rung() == Rung.End) {
                to(s -> s.in(Phase.Draining));
            }
            record(null);
        }
    }

    private synchronized void record(StatusReport.@Nullable Ending ending) {
        lastRecord = System.nanoTime();
        Guard watcher = guard.get();
        List<MemorySample> samples = watcher == null ? List.of() : watcher.samples();
        try {
            blackBox.write(
                    StatusReport.termination(
                            life,
                            bootId,
                            state.get(),
                            samples,
                            watcher == null ? null : watcher.peak(),
                            ladder.get() == null ? null : rung(),
                            uptime(),
                            ending));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The black box cannot be written", e);
        }
    }

    private void end(ExitCode code, String message) {
        LOG.log(System.Logger.Level.ERROR, "{0}: {1}", code, message);
        record(new StatusReport.Ending(code.name(), message, code.code()));
        Runtime.getRuntime().halt(code.code());
    }

    /** SIGTERM: new requests are refused, those that run may end, then the process does. */
    private void drain() {
        state.updateAndGet(s -> s.in(Phase.Draining));
        record(null);
        long deadline = System.nanoTime() + DRAIN.toNanos();
        Desk present = desk.get();
        while (present != null && present.running() > 0 && System.nanoTime() < deadline) {
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000L);
        }
        end(ExitCode.Drained, "ended by SIGTERM");
    }

    private Duration uptime() {
        return Duration.ofNanos(System.nanoTime() - begun)
                .truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
    }
}
