package io.brainmatrix.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation can fail: each patch in {@code breakages/} breaks the operator's own code, and a
 * seed must find it. Its first line names the invariant that must be reported, and where most seeds
 * find nothing the one that did: it is tried first, and all of them when it has become another's.
 */
class BreakagesTest {
    private static final Path SOURCES =
            Path.of(Objects.requireNonNull(System.getProperty("brainmatrix.operator.sources")));
    private static final Path BREAKAGES =
            Path.of(Objects.requireNonNull(System.getProperty("brainmatrix.breakages")));

    /** Enough for each; most are found within the first hundred. */
    private static final int SEEDS = 8000;

    private static final Pattern HEADER = Pattern.compile("Breaks (R\\d+)\\.(?: Seed (\\d+)\\.)?");

    /** Seeds are run side by side: the one that found it is near the one that was told. */
    private static final int NEAR = 5;

    static Stream<Path> breakages() throws IOException {
        try (Stream<Path> files = Files.list(BREAKAGES)) {
            return files.filter(f -> f.toString().endsWith(".patch")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("breakages")
    void isFound(Path patch, @TempDir Path dir) throws Exception {
        List<String> lines = Files.readAllLines(patch);
        Matcher header = HEADER.matcher(lines.getFirst());
        assertThat(header.matches()).as(lines.getFirst()).isTrue();
        for (String line : lines) {
            if (line.startsWith("--- a/")) {
                Path file = Path.of(line.substring("--- a/".length()));
                Path copy = dir.resolve("src").resolve(file);
                Files.createDirectories(copy.getParent());
                Files.copy(SOURCES.resolve(file), copy);
            }
        }
        run(dir.resolve("src"), "git", "apply", "-p1", patch.toString());
        String classPath = System.getProperty("java.class.path");
        compile(dir.resolve("src"), dir.resolve("classes"), classPath);
        String broken = dir.resolve("classes") + File.pathSeparator + classPath;

        Optional<String> output = Optional.empty();
        if (header.group(2) != null) {
            output = violation(dir, broken, Integer.parseInt(header.group(2)) - NEAR, 2 * NEAR);
        }
        if (output.isEmpty()) {
            output = violation(dir, broken, 1, SEEDS);
        }

        assertThat(output).as("what the seeds found").isPresent();
        assertThat(output.get()).contains("VIOLATION").contains(header.group(1));
        System.out.println(patch.getFileName() + ": " + output.get().lines().findFirst().get());
    }

    /** What the simulation tells of the first of these seeds that breaks something. */
    private static Optional<String> violation(Path dir, String classPath, int from, int seeds)
            throws Exception {
        Path told = dir.resolve("told");
        Process simulation =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                                "-cp",
                                classPath,
                                Simulate.class.getName(),
                                "--from",
                                Integer.toString(from),
                                "--seeds",
                                Integer.toString(seeds),
                                "--first")
                        .redirectErrorStream(true)
                        .redirectOutput(told.toFile())
                        .start();
        assertThat(simulation.waitFor(10, TimeUnit.MINUTES)).isTrue();
        String output = Files.readString(told);
        assertThat(simulation.exitValue()).as(output).isIn(0, 1);
        return simulation.exitValue() == 1 ? Optional.of(output) : Optional.empty();
    }

    private static void compile(Path sources, Path classes, String classPath) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Files.createDirectories(classes);
        try (Stream<Path> files = Files.walk(sources);
                StandardJavaFileManager manager =
                        compiler.getStandardFileManager(null, null, null)) {
            List<Path> java = files.filter(f -> f.toString().endsWith(".java")).toList();
            boolean compiled =
                    compiler.getTask(
                                    null,
                                    manager,
                                    null,
                                    List.of(
                                            "-proc:none",
                                            "-d",
                                            classes.toString(),
                                            "-cp",
                                            classPath),
                                    null,
                                    manager.getJavaFileObjectsFromPaths(java))
                            .call();
            assertThat(compiled).as("the patched code compiles").isTrue();
        }
    }

    private static void run(Path dir, String... command) throws Exception {
        Process process = new ProcessBuilder(command).directory(dir.toFile()).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }
}
