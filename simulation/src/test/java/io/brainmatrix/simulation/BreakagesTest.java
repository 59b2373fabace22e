package io.brainmatrix.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
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
 * seed must find it. Its first line names the invariant that must be reported.
 */
class BreakagesTest {
    private static final Path SOURCES =
            Path.of(Objects.requireNonNull(System.getProperty("brainmatrix.operator.sources")));
    private static final Path BREAKAGES =
            Path.of(Objects.requireNonNull(System.getProperty("brainmatrix.breakages")));

    /**
     * Which seed found which breakage when last looked for. It saves the search, not the finding:
     * where that seed no longer does, and in {@code make test-full}, all seeds are tried.
     */
    private static final Path FOUND_BY = BREAKAGES.resolve("seeds.properties");

    private static final Pattern SEED = Pattern.compile("(?m)^seed (\\d+), the latest happenings");

    /** Enough for each; most are found within the first hundred. */
    private static final long SEEDS = 8000;

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

        String known =
                Boolean.getBoolean("brainmatrix.full") ? null : seeds().getProperty(name(patch));
        Told told =
                known == null
                        ? search(dir, classPath, expected)
                        : simulate(dir, classPath, Long.parseLong(known), 1);
        if (!told.found(expected) && known != null) { // the code has moved: another seed, if any
            told = search(dir, classPath, expected);
        }
        System.out.println(name(patch) + ": " + told.output().lines().findFirst().orElse(""));
        assertThat(told.status()).as(told.output()).isEqualTo(1);
        assertThat(told.output()).contains("VIOLATION").contains(expected);
        remember(name(patch), told);
    }

    /** How a simulation of broken code ended. */
    private record Told(int status, String output) {
        boolean found(String invariant) {
            return status == 1 && output.contains("VIOLATION") && output.contains(invariant);
        }
    }

    /** Tries all seeds; one that reports something else first is passed over. */
    private static Told search(Path dir, String classPath, String invariant) throws Exception {
        long from = 1;
        while (true) {
            Told told = simulate(dir, classPath, from, SEEDS - from + 1);
            Matcher seed = SEED.matcher(told.output());
            if (told.found(invariant) || !seed.find()) {
                return told;
            }
            from = Long.parseLong(seed.group(1)) + 1;
        }
    }

    private static Told simulate(Path dir, String classPath, long from, long seeds)
            throws Exception {
        Path told = dir.resolve("told");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (seeds == 1) { // over before a better compiler would pay
            command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        }
        command.addAll(
                List.of(
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-cp",
                        dir.resolve("classes") + File.pathSeparator + classPath,
                        Simulate.class.getName(),
                        "--seeds",
                        Long.toString(seeds),
                        "--from",
                        Long.toString(from),
                        "--first"));
        Process simulation =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(told.toFile())
                        .start();
        assertThat(simulation.waitFor(10, TimeUnit.MINUTES)).isTrue();
        return new Told(simulation.exitValue(), Files.readString(told));
    }

    private static String name(Path patch) {
        return patch.getFileName().toString();
    }

    private static Properties seeds() throws IOException {
        Properties seeds = new Properties();
        try (Reader reader = Files.newBufferedReader(FOUND_BY)) {
            seeds.load(reader);
        }
        return seeds;
    }

    /** Writes down which seed it was, when asked to. */
    private static void remember(String patch, Told told) throws IOException {
        if (!Boolean.getBoolean("brainmatrix.breakages.write")) {
            return;
        }
        Matcher seed = SEED.matcher(told.output());
        assertThat(seed.find()).isTrue();
        Properties seeds = seeds();
        seeds.setProperty(patch, seed.group(1));
        StringBuilder text =
                new StringBuilder(
                        "# The seed that found each breakage last: tried first, all the others after it.\n");
        new TreeMap<>(seeds).forEach((k, v) -> text.append(k).append('=').append(v).append('\n'));
        Files.writeString(FOUND_BY, text);
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
