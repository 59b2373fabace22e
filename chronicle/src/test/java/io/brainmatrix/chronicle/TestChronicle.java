package io.brainmatrix.chronicle;

import io.brainmatrix.chronicle.access.Caller;
import io.brainmatrix.chronicle.access.Callers;
import io.brainmatrix.chronicle.store.Retention;
import io.brainmatrix.chronicle.store.SqliteDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A chronicle in a process of its own, which may be killed. Tokens are names: {@code operator};
 * {@code NAME} is that instance; {@code NAME-watches-A,B} is one that watches those.
 */
public final class TestChronicle {
    /** A running process. */
    public record Running(Process process, int port) {}

    private TestChronicle() {}

    public static void main(String[] arguments) throws Exception {
        Callers byName =
                (token, namespace) -> {
                    String[] parts = token.split("-watches-", 2);
                    return Optional.of(
                            token.equals("operator")
                                    ? new Caller.Operator(token)
                                    : new Caller.Instance(
                                            Entries.origin(parts[0]),
                                            1,
                                            parts.length < 2
                                                    ? Set.of()
                                                    : Set.of(parts[1].split(",", -1))));
                };
        Chronicle chronicle =
                Chronicle.start(
                        0,
                        new SqliteDatabase(Path.of(arguments[0]).resolve("chronicle.db")),
                        Retention.FOREVER,
                        byName,
                        Clock.systemUTC());
        while (chronicle.scribe().fault().isPresent()) {
            Thread.onSpinWait();
        }
        System.out.println("port " + chronicle.port());
    }

    /** Starts one over a directory; returns when it stores. */
    public static Running start(Path directory, List<String> flags) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        TestChronicle.class.getName(),
                        directory.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("MALLOC_ARENA_MAX", "1"); // as in its image
        Process process =
                builder.redirectError(ProcessBuilder.Redirect.to(directory.resolve("log").toFile()))
                        .start();
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("port ")) {
                return new Running(process, Integer.parseInt(line.substring(5)));
            }
        }
        throw new IOException("it ended; see " + directory.resolve("log"));
    }
}
