package io.brainmatrix.pod.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The inference pod's image as this machine can run it: the flags and the environment of {@code
 * scripts/images}, with the JVM and the classes of the tests. So there is one place for flags.
 */
public final class ImageCommand {
    private static final Pattern ENTRYPOINT =
            Pattern.compile("^entrypoint='\\[(.*)]'$", Pattern.MULTILINE);
    private static final Pattern ENVIRONMENT =
            Pattern.compile("^environment='\\[(.*)]'$", Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"");

    private ImageCommand() {}

    /**
     * The command line.
     *
     * @param scratch in place of the image's only writable directory
     * @param main in place of the image's main class, with its arguments
     */
    public static List<String> of(Path scratch, String... main) throws IOException {
        List<String> command = new ArrayList<>();
        for (String word : words(ENTRYPOINT)) {
            switch (word) {
                case "/opt/jre/bin/java" ->
                        command.add(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString());
                case "/app/*" -> command.add(System.getProperty("java.class.path"));
                case "io.brainmatrix.pod.Main" -> command.addAll(List.of(main));
                default -> {
                    // The library comes out of its jar into the scratch directory instead.
                    if (!word.contains("/opt/llama")) {
                        command.add(word.replace("/scratch", scratch.toString()));
                    }
                }
            }
        }
        return command;
    }

    /** Puts the image's environment into a process's. */
    public static void environment(Map<String, String> environment) throws IOException {
        for (String word : words(ENVIRONMENT)) {
            String[] pair = word.split("=", 2);
            environment.put(pair[0], pair[1]);
        }
    }

    private static List<String> words(Pattern line) throws IOException {
        Path images = Path.of(System.getProperty("brainmatrix.root", ".."), "scripts", "images");
        Matcher found = line.matcher(Files.readString(images));
        if (!found.find()) {
            throw new IllegalStateException("scripts/images has no line like " + line);
        }
        return WORD.matcher(found.group(1)).results().map(w -> w.group(1)).toList();
    }
}
