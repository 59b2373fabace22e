package io.brainmatrix.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.brainmatrix.embedded.kubelet.Limits;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The whole of it with the packaged programs and a small model; wants to limit memory, which root
 * may. It takes about half a minute of two calm cores.
 */
class EmbeddedQuickstartTest {
    private static final Path ROOT = Path.of(System.getProperty("brainmatrix.root"));
    private static final int SIZE_MIB = 40;

    /** For a process that only has to leave. */
    private static final long LEAVES_SECONDS = 40;

    private final long pid = ProcessHandle.current().pid();
    private final Path directory = ROOT.resolve("build").resolve("quickstart-test-" + pid);
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private Limits limits;

    @BeforeEach
    void limit() {
        assumeThat(ROOT.resolve("operator/target/quarkus-app/quarkus-run.jar"))
                .as("needs the packaged operator: -Dquarkus.build.skip leaves it out")
                .isRegularFile();
        assumeThat(ROOT.resolve("inference-pod/target/lib"))
                .as("needs the packaged inference pod: mvn package")
                .isDirectory();
        Limits.Search search = Limits.find(Path.of("/sys/fs/cgroup"), Path.of("/proc"), pid);
        assumeThat(search)
                .as("needs a machine where memory can be limited: root, or a delegated scope")
                .isInstanceOf(Limits.Search.Found.class);
        limits = ((Limits.Search.Found) search).limits();
    }

    @AfterEach
    void clean() throws Exception {
        if (limits != null) {
            limits.close();
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return Math.min(socket.getLocalPort(), 65534);
        }
    }

    private List<String> lines() {
        return output.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static int first(List<String> lines, Predicate<String> wanted, String what) {
        for (int i = 0; i < lines.size(); i++) {
            if (wanted.test(lines.get(i))) {
                return i;
            }
        }
        throw new AssertionError("nobody said: " + what + "\n" + String.join("\n", lines));
    }

    private static int phase(List<String> lines, String instance, String phase, int life) {
        String wanted = "  %-10s %-9s ".formatted(instance, phase);
        return first(
                lines,
                l -> l.contains(wanted) && l.contains(" life " + life),
                instance + " " + phase + " in life " + life);
    }

    @Test
    void threeComeUpInTurnOneIsKilledByTheKernelComesBackAndNothingIsLeft() throws Exception {
        play(Optional.of(limits));

        List<String> lines = lines();
        int loaded = -1;
        for (String instance : List.of("subject", "observer", "god")) {
            int loading = phase(lines, instance, "Loading", 1);
            assertThat(loading).as("%s after the one before", instance).isGreaterThan(loaded);
            loaded = phase(lines, instance, "Ready", 1);
            assertThat(loaded).isGreaterThan(loading);
        }
        int killed =
                first(
                        lines,
                        l ->
                                l.matches(
                                        ".*oom_kill [1-9]\\d* in the cgroup of quickstart-subject-1; counted once, as OutOfMemory"),
                        "the kernel's count");
        int backOff = phase(lines, "subject", "BackOff", 1);
        assertThat(lines.get(backOff)).contains("deaths 1", "OutOfMemory, exit code 137");
        assertThat(backOff).isGreaterThan(loaded);
        int back = phase(lines, "subject", "Ready", 2);
        assertThat(back).isGreaterThan(killed);
        assertThat(lines.get(back)).contains("deaths 1");
        assertThat(lines.get(first(lines, l -> l.contains("asked god"), "the answer")))
                .contains("the quick brown fox");
        assertThat(directory).doesNotExist();
        assertThat(limits.directory()).doesNotExist();
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    }

    private void play(Optional<Limits> keptBy) throws Exception {
        PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
        try (Screen screen = new Screen(out, false, "")) {
            new EmbeddedQuickstart(
                            ROOT,
                            directory,
                            new EmbeddedOptions(Optional.empty(), SIZE_MIB, freePort(), false),
                            keptBy,
                            Clock.systemUTC(),
                            screen)
                    .play();
        }
    }

    @Test
    void withoutALimitAllComeUpAnswerAndNobodyIsKilled() throws Exception {
        assumeThat(Boolean.getBoolean("brainmatrix.full")).as("of make test-full").isTrue();

        play(Optional.empty());

        List<String> lines = lines();
        phase(lines, "god", "Ready", 1);
        first(lines, l -> l.contains("asked god \"the quick\": \"the quick brown"), "the answer");
        assertThat(lines).noneMatch(l -> l.contains("deaths 1"));
        assertThat(directory).doesNotExist();
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    }

    private static Process program(Path log, int port, String... more) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Dbrainmatrix.root=" + ROOT,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Quickstart.class.getName())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(log.toFile());
        builder.environment().put("EMBEDDED", "1");
        builder.environment().put("SIZE_MB", "20");
        builder.environment().put("PORT", Integer.toString(port));
        for (int i = 0; i < more.length; i += 2) {
            builder.environment().put(more[i], more[i + 1]);
        }
        return builder.start();
    }

    /** A shell's background job ignores SIGINT, and so does all that it starts. */
    private static String interrupt(Process process) throws Exception {
        String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
        String ignored =
                status.lines().filter(l -> l.startsWith("SigIgn:")).findFirst().orElseThrow();
        boolean deaf = (Long.parseUnsignedLong(ignored.substring(7).strip(), 16) & 2) != 0;
        return deaf ? "-TERM" : "-INT";
    }

    @Test
    void ctrlCInTheMiddleLeavesNothing() throws Exception {
        Path log = Files.createTempFile("quickstart", ".log");
        Process process = program(log, freePort(), "KEEP", "1");
        Path own = ROOT.resolve("build").resolve("quickstart-" + process.pid());
        Path cgroup = limits.directory().resolveSibling("brainmatrix-" + process.pid());
        try {
            await(process, log, "pod `quickstart-subject-1`");
            assertThat(own).isDirectory();
            assertThat(cgroup).isDirectory();
            List<ProcessHandle> children = process.descendants().toList();
            assertThat(children).as("operator, agent, pod").hasSizeGreaterThanOrEqualTo(3);

            new ProcessBuilder("kill", interrupt(process), Long.toString(process.pid()))
                    .start()
                    .waitFor();

            assertThat(process.waitFor(LEAVES_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isIn(130, 143);
            assertThat(children).noneMatch(ProcessHandle::isAlive);
            assertThat(own).doesNotExist();
            assertThat(cgroup).doesNotExist();
            assertThat(Files.readAllLines(log))
                    .noneMatch(l -> l.startsWith("quickstart:") || l.contains("Exception"));
        } finally {
            process.destroyForcibly();
            Files.delete(log);
        }
    }

    private static void await(Process process, Path log, String words) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!Files.readString(log).contains(words)) {
            boolean ended = process.waitFor(100, TimeUnit.MILLISECONDS);
            if (ended || System.nanoTime() > until) {
                throw new AssertionError("did not say `" + words + "`:\n" + Files.readString(log));
            }
        }
    }

    @Test
    void aPortThatIsTakenIsToldAtOnce() throws Exception {
        Path log = Files.createTempFile("quickstart", ".log");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("0.0.0.0"))) {
            Process process = program(log, taken.getLocalPort());

            assertThat(process.waitFor(LEAVES_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(Files.readString(log))
                    .contains(
                            "quickstart: port %d is taken by another program"
                                    .formatted(taken.getLocalPort()),
                            "PORT=18080 make quickstart");
            assertThat(limits.directory().resolveSibling("brainmatrix-" + process.pid()))
                    .doesNotExist();
        } finally {
            Files.delete(log);
        }
    }
}
