package io.brainmatrix.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation can fail: each patch in {@code breakages/} breaks the operator's own code, and a
 * seed must find it. Its first line names the invariant that must be reported.
 */
class BreakagesTest {
    private static final Path SOURCES =
            Path.of(Objects.requireNonNull(System.getProperty("brainmatrix.operator.sources")));
    private static final Path BREAKAGES =
            Path.of(Objects.requireNonNull(System.getProperty("brainmatrix.breakages")));

    /** Enough for each; most are found within the first hundred. */
    private static final String SEEDS = "8000";

    static Stream<Path> breakages() throws IOException {
        try (Stream<Path> files = Files.list(BREAKAGES)) {
            return files.filter(f -> f.toString().endsWith(".patch")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("breakages")
    void isFound(Path patch, @TempDir Path dir) throws Exception {
        List<String> lines = Files.readAllLines(patch);
        String expected = lines.getFirst().replace("Breaks ", "").replace(".", "");
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

        Path told = dir.resolve("told");
        Process simulation =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                                "-cp",
                                dir.resolve("classes") + File.pathSeparator + classPath,
                                Simulate.class.getName(),
                                "--seeds",
                                SEEDS,
                                "--first")
                        .redirectErrorStream(true)
                        .redirectOutput(told.toFile())
                        .start();
        assertThat(simulation.waitFor(10, TimeUnit.MINUTES)).isTrue();

        String output = Files.readString(told);
        System.out.println(patch.getFileName() + ": " + output.lines().findFirst().orElse(""));
        assertThat(simulation.exitValue()).as(output).isEqualTo(1);
        assertThat(output).contains("VIOLATION").contains(expected);
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
