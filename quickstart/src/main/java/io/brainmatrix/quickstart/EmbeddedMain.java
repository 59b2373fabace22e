package io.brainmatrix.quickstart;

import io.brainmatrix.embedded.EmbeddedNode;
import io.brainmatrix.embedded.kubelet.Limits;
import io.brainmatrix.embedded.kubelet.Trees;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The quickstart without a cluster, as a program: its errors, and its end. Ctrl-C interrupts the
 * one thread that does everything, which then leaves as it leaves at any other error; what hangs
 * all the same is ended by its cgroup.
 */
final class EmbeddedMain {
    /** Longer than the grace of pods, operator and agent together. */
    private static final long LEAVES_WITHIN_SECONDS = 20;

    /** Held, or what it is set to would be forgotten. */
    private static final Logger VERSIONS =
            Logger.getLogger("io.fabric8.kubernetes.client.dsl.internal.VersionUsageUtils");

    private EmbeddedMain() {}

    /** Plays it and ends this process: with 0 if all of it was seen. */
    @SuppressWarnings("SystemOut") // a program for a terminal
    static void run(Path root, Clock clock) {
        Map<String, String> env = System.getenv();
        VERSIONS.setLevel(Level.SEVERE); // that v1alpha1 is no stable version is known
        boolean terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        long pid = ProcessHandle.current().pid();
        Path directory = root.resolve("build").resolve("quickstart-" + pid);
        CountDownLatch left = new CountDownLatch(1);
        AtomicBoolean leaving = new AtomicBoolean();
        Thread main = Thread.currentThread();
        Optional<Limits> limits;
        int code = 1;
        try {
            EmbeddedOptions options = EmbeddedOptions.of(env, terminal);
            EmbeddedNode.requirePorts(options.port());
            limits = limits(pid, "1".equals(env.get("ALLOW_NO_LIMIT")));
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(
                                    () -> {
                                        leaving.set(true);
                                        leave(main, left, limits, directory);
                                    }));
            Screen screen = new Screen(System.out, terminal, env.getOrDefault("COLUMNS", ""));
            try (screen) {
                new EmbeddedQuickstart(root, directory, options, limits, clock, screen).play();
            }
            code = 0;
        } catch (InterruptedException | IOException | RuntimeException e) {
            if (leaving.get()) { // whatever it was that the interrupt met
                System.out.println("Ended; nothing is left behind.");
            } else {
                System.err.println("quickstart: " + e.getMessage());
            }
        } finally {
            left.countDown();
        }
        System.exit(code);
    }

    /** Without a limit there is nothing to show, and a model could take the machine with it. */
    private static Optional<Limits> limits(long pid, boolean mayDoWithout) {
        return switch (Limits.find(Path.of("/sys/fs/cgroup"), Path.of("/proc"), pid)) {
            case Limits.Search.Found found -> Optional.of(found.limits());
            case Limits.Search.None _ when mayDoWithout -> Optional.empty();
            case Limits.Search.None none ->
                    throw new IllegalStateException(
                            """
                            instances could not be limited: %s
                            Nothing was started. Give it a place where memory can be limited:
                              sudo make quickstart
                              systemd-run --user --scope -p Delegate=yes make quickstart   # cgroup v2, not as root
                            or name a cluster with KUBECONFIG. ALLOW_NO_LIMIT=1 goes on without, and kills nobody."""
                                    .formatted(none.why()));
        };
    }

    private static void leave(
            Thread main, CountDownLatch left, Optional<Limits> limits, Path directory) {
        main.interrupt();
        try {
            if (left.await(LEAVES_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
            if (limits.isPresent()) {
                limits.get().close();
            }
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
            Trees.delete(directory);
        } catch (IOException e) {
            System.err.println("quickstart: could not clean up: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
