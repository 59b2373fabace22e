package io.brainmatrix.pod.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs {@link LoadProbe}s: files loaded one after the other, in a new process after each death. */
final class Probes {
    private final Path folder;

    Probes(Path folder) {
        this.folder = folder;
    }

    /**
     * What became of a file.
     *
     * @param outcome as the probe says; where it died, its exit code
     */
    record Result(Path file, String outcome, boolean died) {}

    /** A JVM of its own for an engine, small; what it leaves when it dies lies in its scratch. */
    static ProcessBuilder jvm(Class<?> main, Path scratch, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:ErrorFile=" + scratch.resolve("hs_err.log"),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName(),
                                scratch.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    /** One result a file, in their order. */
    List<Result> load(List<Path> files) throws IOException, InterruptedException {
        List<Result> results = new ArrayList<>();
        while (results.size() < files.size()) {
            List<Path> left = files.subList(results.size(), files.size());
            Path list = folder.resolve("files");
            Files.write(list, left.stream().map(Path::toString).toList());
            Path scratch = Files.createTempDirectory(folder, "scratch");
            Process probe =
                    jvm(LoadProbe.class, scratch, list.toString())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            int done = 0;
            try (BufferedReader out =
                    new BufferedReader(
                            new InputStreamReader(
                                    probe.getInputStream(), StandardCharsets.UTF_8))) {
                String line;
                while ((line = out.readLine()) != null) {
                    if (line.startsWith("DONE ")) {
                        String outcome = line.substring("DONE ".length());
                        results.add(new Result(left.get(done++), outcome, false));
                    }
                }
            }
            assertThat(probe.waitFor(1, TimeUnit.MINUTES)).isTrue();
            if (done < left.size()) {
                results.add(new Result(left.get(done), "exit code " + probe.exitValue(), true));
            }
        }
        return results;
    }
}
