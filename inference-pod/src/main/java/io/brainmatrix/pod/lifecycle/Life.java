package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.memory.Cgroup;
import io.brainmatrix.memory.MemInfo;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.EngineLine;
import io.brainmatrix.pod.engine.EngineLoader;
import io.brainmatrix.pod.http.ApiToken;
import io.brainmatrix.pod.http.Connections;
import io.brainmatrix.pod.http.PodServer;
import io.brainmatrix.pod.memory.Guard;
import io.brainmatrix.pod.memory.ServingPolicy;
import io.brainmatrix.pod.mind.Mind;
import io.brainmatrix.pod.mind.MindConfig;
import io.brainmatrix.pod.telemetry.BlackBox;
import io.brainmatrix.pod.telemetry.BootId;
import io.brainmatrix.pod.telemetry.MindCollector;
import io.brainmatrix.pod.telemetry.PodGauges;
import io.brainmatrix.pod.telemetry.PodMetrics;
import io.brainmatrix.pod.telemetry.PodState;
import io.brainmatrix.pod.telemetry.StatusReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One life, in this order: black box and guard, limit read back, header and footprint, digest,
 * load, first token, serving (R9, R10, R11). What may end it has a file each: {@link LimitRule},
 * {@link ModelLoad}, {@link Watch} with {@link HungRule}, {@link Drain}.
 */
public final class Life {
    private static final System.Logger LOG = System.getLogger(Life.class.getName());

    /** How long a request waits for a slot. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final long LEAST_RESERVE = 512L << 20;

    private final Surroundings surroundings;
    private final EngineLoader loader;
    private final boolean guarded;
    private final Clock clock = Clock.systemUTC();
    private final Vitals vitals = new Vitals();
    private final LastWords words;

    /** Tokens; 0 until the header is read. */
    private final AtomicInteger vocabulary = new AtomicInteger();

    /** Where this process finds what the kernel and the kubelet tell. */
    public record Surroundings(
            @Nullable String config,
            Path proc,
            Path cgroups,
            Path terminationLog,
            Path scratch,
            Path apiToken,
            Path mind,
            InetSocketAddress listen) {
        private static final int PORT = 8080;

        /** Where the operator mounts the Secret with the token that clients must have. */
        private static final Path API_TOKEN = Path.of("/etc/brainmatrix/api-token/token");

        /** Where the operator mounts what a mind needs: its persona and its own token. */
        private static final Path MIND = Path.of("/etc/brainmatrix/mind");

        /** Those of a container of the image; its environment may name another address or log. */
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
                    MIND,
                    listen(System.getenv()));
        }

        /** A container has an address of its own; processes of one machine are given theirs. */
        private static InetSocketAddress listen(Map<String, String> env) {
            int port =
                    Integer.parseInt(env.getOrDefault("BRAINMATRIX_PORT", Integer.toString(PORT)));
            String address = env.getOrDefault("BRAINMATRIX_ADDRESS", "");
            return address.isEmpty()
                    ? new InetSocketAddress(port)
                    : new InetSocketAddress(address, port);
        }
    }

    private Life(
            Surroundings surroundings, EngineLoader loader, boolean guarded, BlackBox blackBox) {
        this.surroundings = surroundings;
        this.loader = loader;
        this.guarded = guarded;
        this.words =
                new LastWords(
                        blackBox,
                        vitals,
                        new EngineLine(ModelLoad.log(surroundings.scratch())),
                        BootId.read(surroundings.proc()));
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
        life.words.write();
        Thread.ofPlatform().daemon().start(ProcessExit::prepare);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(new Drain(life.vitals, life.words), "drain"));
        try {
            life.live();
        } catch (Refusal refusal) {
            life.words.end(refusal.code(), String.valueOf(refusal.getMessage()));
        }
    }

    private void live() throws Refusal, IOException {
        InstanceConfig config = InstanceConfig.parse(surroundings.config());
        vitals.life(config.life());
        Optional<Cgroup> cgroup = Cgroup.locate(surroundings.cgroups(), surroundings.proc());
        if (cgroup.isEmpty()) {
            throw new Refusal(
                    ExitCode.NoLimit,
                    "this process is in no memory cgroup; nothing would limit the model");
        }
        Recorder recorder = new Recorder(vitals, words, new HungRule(config.engine().silence()));
        Watch watch = new Watch(vitals, words, recorder, guarded);
        Guard watcher = new Guard(cgroup.get(), surroundings.proc(), watch::pace, watch);
        watcher.start();
        vitals.guardedBy(watcher);
        recorder.start();
        to(s -> s.in(Phase.Checking));
        long limit = LimitRule.readBack(cgroup.get(), config.budget().ram());
        to(s -> s.limited(limit));
        serveHttp(config, cgroup.get(), watcher);
        ModelLoad load = new ModelLoad(config, loader, surroundings.scratch(), clock, this::to);
        ModelLoad.Checked checked = load.check();
        vocabulary.set(Math.toIntExact(checked.header().vocabulary()));
        watch.keepTo(bounds(config, limit, checked.plan().predicted()));
        Engine engine = load.run(checked);
        watch.climb();
        vitals.servedBy(
                new Desk(
                        engine,
                        config.engine().parallel(),
                        PATIENCE,
                        vitals::rung,
                        System::nanoTime));
        MindConfig mind = config.mind();
        if (mind != null) {
            vitals.thinks(mind(config, mind, checked.header(), watcher, limit));
        }
        to(s -> s.serving(watcher.samples().getLast().used()));
    }

    /** Begins to think as soon as it serves. */
    private Mind mind(
            InstanceConfig config, MindConfig mind, GgufFile header, Guard watcher, long limit)
            throws Refusal, IOException {
        PodState known = vitals.state();
        String digest = known.modelSha256();
        Mind.World world =
                new Mind.World(
                        config.life(),
                        Objects.requireNonNullElse(config.deaths(), Map.of()),
                        vitals.desk().orElseThrow(),
                        config.slotTokens(),
                        header.metadata().get("tokenizer.chat_template") instanceof String,
                        digest == null ? String.valueOf(known.modelFingerprint()) : digest,
                        vitals::rung,
                        () ->
                                OptionalInt.of(
                                        (int) (watcher.samples().getLast().used() * 100 / limit)),
                        clock,
                        System::nanoTime,
                        surroundings.mind().resolve("token"),
                        surroundings.scratch().resolve("thoughts"));
        try {
            return Mind.wake(
                    world,
                    mind,
                    persona(mind),
                    Map.of(
                            "instance", config.instance(),
                            "matrix", config.matrix(),
                            "life", Long.toString(config.life())));
        } catch (Mind.Unfit e) {
            throw new Refusal(ExitCode.Configuration, String.valueOf(e.getMessage()));
        }
    }

    private String persona(MindConfig mind) throws Refusal {
        String inline = mind.persona();
        if (inline != null) {
            return inline;
        }
        Path file = surroundings.mind().resolve("persona");
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new Refusal(
                    ExitCode.Configuration,
                    "the persona `%s` cannot be read as UTF-8: %s"
                            .formatted(mind.personaName(), e.getClass().getSimpleName()));
        }
    }

    private ServingPolicy.Bounds bounds(InstanceConfig config, long limit, long predicted)
            throws IOException {
        Long reserve = config.nodeReserve();
        return new ServingPolicy.Bounds(
                limit,
                predicted,
                reserve == null ? defaultReserve() : reserve,
                config.priority(),
                config.namespace() + "/" + config.matrix() + "/" + config.instance());
    }

    /** The agent's own default: 512 MiB, at least a twentieth of the node. */
    private long defaultReserve() throws IOException {
        return Math.max(LEAST_RESERVE, MemInfo.read(surroundings.proc()).total() / 20);
    }

    private void serveHttp(InstanceConfig config, Cgroup cgroup, Guard watcher) throws IOException {
        PodGauges gauges =
                new PodGauges(
                        () -> vitals.state(),
                        watcher,
                        vitals::desk,
                        vitals::rung,
                        surroundings.proc());
        vitals.answersBy(
                PodServer.start(
                        surroundings.listen(),
                        new PodServer.Parts(
                                () -> vitals.state().phase(),
                                vitals.started(),
                                vitals::rung,
                                () -> status(config, cgroup, watcher),
                                vitals::desk,
                                config.matrix() + "-" + config.instance(),
                                config.slotTokens(),
                                vocabulary::get,
                                clock,
                                metrics(gauges),
                                new ApiToken(surroundings.apiToken(), System::nanoTime),
                                new Connections(surroundings.proc(), System::nanoTime))));
    }

    private PodMetrics metrics(PodGauges gauges) {
        PodMetrics metrics = new PodMetrics(gauges.all(), gauges.families(), surroundings.proc());
        metrics.add(new MindCollector(() -> vitals.mind().map(Mind::count)));
        return metrics;
    }

    private String status(InstanceConfig config, Cgroup cgroup, Guard watcher) {
        return StatusReport.status(
                config,
                vitals.state(),
                watcher.samples().getLast().used(),
                watcher.peak(),
                vitals.toldRung(),
                swap(cgroup, watcher),
                vitals.mind().map(Mind::count).map(StatusReport.Thinking::of).orElse(null),
                vitals.uptime());
    }

    /** Asked anew each time: a node's swap may be turned on at any time. */
    private StatusReport.@Nullable Swap swap(Cgroup cgroup, Guard watcher) {
        try {
            return cgroup.maySwap(MemInfo.read(surroundings.proc()))
                    ? new StatusReport.Swap(
                            watcher.samples().getLast().swapped(), Math.round(watcher.swapIn()))
                    : null;
        } catch (IOException e) {
            return null; // the guard says so
        }
    }

    private void to(UnaryOperator<PodState> step) {
        Phase before = vitals.state().phase();
        PodState now = vitals.step(step);
        if (now.phase() != before) {
            LOG.log(System.Logger.Level.INFO, "Phase {0} after {1}", now.phase(), vitals.uptime());
            words.write();
        }
    }
}
