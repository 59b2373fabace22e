package io.brainmatrix.pod.mind;

import io.brainmatrix.chronicle.client.ChronicleClient;
import io.brainmatrix.chronicle.client.ChronicleReader;
import io.brainmatrix.chronicle.client.FeedFollower;
import io.brainmatrix.chronicle.client.Spool;
import io.brainmatrix.chronicle.client.UnfinishedTeller;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.Share;
import io.brainmatrix.pod.memory.Rung;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The loop of one life: put a prompt together, think, tell the chronicle, wait. It goes behind
 * every request of the API but for its declared share, and slows down with the guard's ladder.
 */
public final class Mind {
    private static final System.Logger LOG = System.getLogger(Mind.class.getName());

    /** Thoughts of earlier lives that are asked for: more than fit into most prompts. */
    private static final int PAST_MAX = 32;

    /** A chronicle that is away for longer is thought without; what was is not known then. */
    private static final Duration PAST_PATIENCE = Duration.ofSeconds(60);

    private static final Duration PAST_PAUSE = Duration.ofMillis(250);

    /** Own thoughts that are kept for prompts. */
    private static final int KEPT_MAX = 64;

    /** On the scratch volume, which has 64 MiB. */
    private static final long SPOOL_MAX_BYTES = 16L << 20;

    /** Of its own budget; from here on a mind is told. */
    private static final int PRESSED_PERCENT = 90;

    /** Longer waits between thoughts while requests queue for memory's sake. */
    private static final int SLOWED = 4;

    private static final Duration FAILED = Duration.ofSeconds(5);
    private static final Duration PAUSED = Duration.ofMillis(500);

    private final World world;
    private final MindConfig config;
    private final Persona persona;
    private final Prompter prompter;
    private final Inbox inbox;
    private final Share share;
    private final ChronicleClient teller;
    private final Spool spool;
    private final UnfinishedTeller unfinished;
    private final UnderWay underWay;
    private final int seed;
    private final Counted personaText;

    /** For the mind's thread alone. */
    private final Deque<Counted> thoughts = new ArrayDeque<>();

    private final AtomicLong thought = new AtomicLong();
    private final Pace pace = new Pace();
    private final AtomicLong deathsSeen = new AtomicLong();
    private final AtomicLong promptTokens = new AtomicLong();
    private final AtomicLong tokens = new AtomicLong();
    private final Thread thread;
    private volatile @Nullable FeedFollower feed;
    private volatile boolean stopping;

    /** The last sequence that a thought was told of; for the mind's thread alone. */
    private long told;

    /**
     * What a mind lives in.
     *
     * @param slotTokens of the context that one request has
     * @param templated whether the model has a chat template of its own
     * @param model what tells the model from others, 64 hexadecimal digits
     * @param usedPercent of its own budget; empty when it is not known
     * @param clock for how long ago something was, and when thoughts were
     * @param nanos the monotonic clock
     * @param token file of its ServiceAccount's token
     * @param directory where thoughts wait that cannot be told yet
     */
    public record World(
            long life,
            Map<String, Long> deaths,
            Desk desk,
            int slotTokens,
            boolean templated,
            String model,
            Supplier<Rung> rung,
            Supplier<OptionalInt> usedPercent,
            Clock clock,
            LongSupplier nanos,
            Path token,
            Path directory) {}

    /** The configuration cannot be lived with. */
    @SuppressWarnings("serial") // never serialized
    public static final class Unfit extends Exception {
        Unfit(String message) {
            super(message);
        }
    }

    private Mind(World world, MindConfig config, Persona persona, Prompter prompter)
            throws IOException {
        this.world = world;
        this.config = config;
        this.persona = persona;
        this.prompter = prompter;
        this.personaText = prompter.counted(persona.text());
        this.inbox = new Inbox(world.nanos());
        this.share = new Share(config.share(), world.nanos().getAsLong());
        Integer declared = config.seed();
        this.seed = declared == null ? new SecureRandom().nextInt() >>> 1 : declared;
        this.spool = new Spool(world.directory(), SPOOL_MAX_BYTES);
        this.teller = new ChronicleClient(URI.create(config.chronicle()), world.token(), spool);
        this.unfinished = new UnfinishedTeller(URI.create(config.chronicle()), world.token());
        this.underWay = new UnderWay(unfinished::tell, world.nanos());
        this.thread = Thread.ofVirtual().name("mind").unstarted(this::run);
    }

    /**
     * Wakes a mind.
     *
     * @param template the persona as it was given, its variables not filled in
     * @param names what the pod itself knows: variables that the configuration need not declare
     * @throws Unfit when the persona names an unknown variable, or the context has no room for it
     */
    public static Mind wake(
            World world, MindConfig config, String template, Map<String, String> names)
            throws Unfit, IOException {
        Engine engine = world.desk().engine();
        Map<String, String> variables = new java.util.HashMap<>(names);
        if (config.variables() != null) {
            variables.putAll(config.variables());
        }
        try {
            Persona persona = Persona.of(config.personaName(), template, variables);
            Prompter prompter =
                    new Prompter(
                            world.templated() ? template(engine) : Mind::plain,
                            tokenizer(engine),
                            config.context(),
                            world.slotTokens() - config.thoughtTokens());
            int most = prompter.personaTokens();
            int needed = engine.tokens(persona.text()).length;
            if (needed > most) {
                throw new Unfit(
                        "the persona has %d tokens, `mind.context.persona` gives it %d; shorten it, or raise that or `engine.contextLength`"
                                .formatted(needed, most));
            }
            int watched = prompter.watchedTokens();
            if (sees(config) && watched < Prompter.SIGHTING_MIN) {
                throw new Unfit(
                        "`mind.context.watched` gives those it watches %d tokens, one line may need %d; raise it or `engine.contextLength`, or set it to 0"
                                .formatted(watched, Prompter.SIGHTING_MIN));
            }
            Mind mind = new Mind(world, config, persona, prompter);
            mind.thread.start();
            return mind;
        } catch (Persona.UnknownVariable | Prompter.NoRoom e) {
            throw new Unfit(String.valueOf(e.getMessage()));
        }
    }

    /** An engine's own. */
    static Prompter.Tokenizer tokenizer(Engine engine) {
        String any = "a";
        int before = engine.countTokens(any) - engine.tokens(any).length;
        return new Prompter.Tokenizer() {
            @Override
            public int[] ids(String text) {
                return engine.tokens(text);
            }

            @Override
            public int before() {
                return before;
            }
        };
    }

    /** Whether it is told of others. */
    private static boolean sees(MindConfig config) {
        return !config.watched().isEmpty() && config.context().watched() > 0;
    }

    /** Some templates know no message of the system: then the persona begins the user's. */
    private static Function<List<Engine.Message>, String> template(Engine engine) {
        try {
            String tried =
                    engine.prompt(
                            List.of(
                                    new Engine.Message("system", "You are."),
                                    new Engine.Message("user", "Are you?")));
            if (tried.contains("You are.")) {
                return engine::prompt;
            }
        } catch (IllegalArgumentException e) {
            // as if it had left it out
        }
        return messages -> engine.prompt(List.of(new Engine.Message("user", plain(messages))));
    }

    /** Of a model without a template. */
    private static String plain(List<Engine.Message> messages) {
        return String.join("\n\n", messages.stream().map(Engine.Message::content).toList());
    }

    private void run() {
        try {
            remember();
            while (!stopping) {
                if (world.rung().get().atLeast(Rung.Refuse)) {
                    pause(PAUSED);
                } else if (thinks()) {
                    Duration interval = config.pause();
                    pause(
                            world.rung().get().atLeast(Rung.Queue)
                                    ? interval.multipliedBy(SLOWED)
                                    : interval);
                } else {
                    pause(PAUSED);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the life ends
        } catch (Prompter.NoRoom e) { // looked at before it woke
            LOG.log(System.Logger.Level.ERROR, "The mind stopped: {0}", e.getMessage());
        }
    }

    private void remember() throws InterruptedException {
        Past past = Past.NONE;
        long deadline = world.nanos().getAsLong() + PAST_PATIENCE.toNanos();
        ChronicleReader reader = new ChronicleReader(URI.create(config.chronicle()), world.token());
        while (!stopping) {
            try {
                past =
                        Past.of(
                                reader.history(PAST_MAX, Past::parse),
                                world.life(),
                                config.lastDeath(),
                                config.blank());
                break;
            } catch (IOException e) {
                if (world.nanos().getAsLong() > deadline) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "The chronicle does not tell of earlier lives: {0}",
                            e.getMessage());
                    break;
                }
                Thread.sleep(PAST_PAUSE);
            }
        }
        past.thoughts().forEach(this::keep);
        told = past.feed();
        if (sees(config) && !stopping) {
            feed =
                    new FeedFollower(
                            URI.create(config.chronicle()),
                            world.token(),
                            told,
                            event -> inbox.put(Sighting.of(event, prompter::counted)));
        }
    }

    /** A fault of the engine is said and thought past: whether it hangs is the guard's to see. */
    private boolean thinks() throws InterruptedException, Prompter.NoRoom {
        try {
            return think();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A thought failed: {0}", e.getClass().getName());
            pause(FAILED);
            return false;
        }
    }

    /** Whether a thought came to its end. */
    private boolean think() throws InterruptedException, Prompter.NoRoom {
        Prompter.Prompt prompt = prompter.assemble(material());
        List<Sighting> seen = inbox.waiting().subList(0, prompt.told());
        long reaches = seen.isEmpty() ? told : seen.getLast().sequence();
        long number = thought.get() + 1;
        int own = Seeds.of(seed, world.life(), number);
        long began = world.nanos().getAsLong();
        Listener listener =
                new Listener(
                        world,
                        config.thoughtTokens(),
                        () -> stopping,
                        new Listener.Begun(number, own, prompt.tokens(), persona.variant(), began));
        Engine.Outcome outcome;
        underWay.began(listener);
        try {
            outcome =
                    world.desk()
                            .generateLast(
                                    Engine.Request.of(
                                            prompt.text(), config.thoughtTokens(), sampling(own)),
                                    prompt.tokens(),
                                    share,
                                    () -> stopping,
                                    listener::goesOn);
        } catch (Desk.Closed e) {
            stopping = true;
            return false;
        } finally {
            underWay.ended();
        }
        boolean cut = outcome.ending() == Engine.Ending.Cancelled && !listener.shortened();
        if (listener.pieces() == 0 && cut) {
            return false; // it was not even begun
        }
        Thought now =
                listener.thought(
                        Optional.of(
                                new Thought.Ended(
                                        !cut,
                                        prompt.text(),
                                        prompt.ids().digest(),
                                        outcome.tokens(),
                                        finish(outcome, listener),
                                        reaches > 0
                                                ? OptionalLong.of(reaches)
                                                : OptionalLong.empty())));
        if (!tell(now) || cut) {
            return false;
        }
        keep(now.text());
        inbox.told(prompt.told());
        told = reaches;
        thought.set(number);
        pace.thought(world.nanos().getAsLong());
        deathsSeen.addAndGet(seen.stream().filter(Sighting::death).count());
        promptTokens.addAndGet(prompt.tokens());
        tokens.addAndGet(outcome.tokens());
        return true;
    }

    private boolean tell(Thought now) throws InterruptedException {
        try {
            teller.tell(now.json());
            return true;
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "A thought could not be kept, and is thought again: {0}",
                    e.getMessage());
            return false;
        }
    }

    private static String finish(Engine.Outcome outcome, Listener listener) {
        return switch (outcome.ending()) {
            case Stop -> "stop";
            case Length -> "length";
            case Cancelled -> listener.shortened() ? "shortened" : "ended";
        };
    }

    private Engine.Sampling sampling(int own) {
        int percent = config.temperaturePercent();
        return percent == 0
                ? Engine.Sampling.greedy()
                : new Engine.Sampling(percent / 100.0, 0.95, 40, 0.05, own, 0, 0, 1.1, Map.of());
    }

    private Prompter.Material material() {
        OptionalInt used = world.usedPercent().get();
        boolean pressed = used.isPresent() && used.getAsInt() >= PRESSED_PERCENT;
        return new Prompter.Material(
                personaText,
                Deaths.told(world.deaths(), config.lastDeath(), world.clock().instant()),
                pressed
                        ? "Your memory is nearly full: more than %d percent of all that you may have."
                                .formatted(used.getAsInt() / 5 * 5)
                        : "",
                inbox.waiting(),
                List.copyOf(thoughts));
    }

    private void keep(String text) {
        thoughts.addLast(prompter.counted(Plain.of(text)));
        while (thoughts.size() > KEPT_MAX) {
            thoughts.removeFirst();
        }
    }

    /** Waits; a mind that is to stop waits no longer. */
    private void pause(Duration time) throws InterruptedException {
        synchronized (this) {
            long until = world.nanos().getAsLong() + time.toNanos();
            long left = time.toNanos();
            while (!stopping && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = until - world.nanos().getAsLong();
            }
        }
    }

    /** No thought begins any more, and the one under way ends at its next token. */
    public void stop() {
        synchronized (this) {
            stopping = true;
            notifyAll();
        }
        underWay.close();
        unfinished.close();
        FeedFollower following = feed;
        if (following != null) {
            following.close();
        }
    }

    /** Waits until all that was thought is told, but no longer than so. */
    public void farewell(Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        try {
            thread.join(patience);
            while (spool.size() > 0 && System.nanoTime() < until) {
                Thread.sleep(Duration.ofMillis(10));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What it has done so far. */
    public MindCount count() {
        FeedFollower following = feed;
        OptionalLong oldest = inbox.oldestNanos();
        return new MindCount(
                thought.get(),
                promptTokens.get(),
                tokens.get(),
                teller.told(),
                teller.refused(),
                teller.failures(),
                spool.size(),
                spool.dropped(),
                pace.lastMinute(world.nanos().getAsLong()),
                deathsSeen.get(),
                following == null ? 0 : following.received(),
                following == null ? 0 : following.breaks(),
                inbox.size(),
                oldest.isPresent()
                        ? OptionalDouble.of(oldest.getAsLong() / 1e9)
                        : OptionalDouble.empty());
    }
}
