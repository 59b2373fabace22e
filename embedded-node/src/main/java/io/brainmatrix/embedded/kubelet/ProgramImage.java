package io.brainmatrix.embedded.kubelet;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an image starts its program, with the image's own paths: read from the script that makes the
 * images, so that a process here has the same flags as a container there. Pure.
 *
 * @param entrypoint words of the command
 * @param environment variables
 */
public record ProgramImage(List<String> entrypoint, Map<String, String> environment) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public ProgramImage {
        entrypoint = List.copyOf(entrypoint);
        environment = Map.copyOf(environment);
    }

    /**
     * The image of a name in the script's text.
     *
     * @throws IOException when the script does not say
     */
    public static ProgramImage of(String script, String name) throws IOException {
        Matcher direct =
                Pattern.compile(
                                "^image %s .*\\\\\\n\\s*'(\\[.*])' '(\\[.*])'$"
                                        .formatted(Pattern.quote(name)),
                                Pattern.MULTILINE)
                        .matcher(script);
        if (direct.find()) {
            return parse(direct.group(1), direct.group(2));
        }
        Matcher entrypoint = variable("entrypoint", script);
        Matcher environment = variable("environment", script);
        boolean named = script.contains("image " + name + " \"$layers\" \"$app\" \"$entrypoint\"");
        if (named && entrypoint.find() && environment.find()) {
            return parse(entrypoint.group(1), environment.group(1));
        }
        throw new IOException("scripts/images does not say how `%s` starts".formatted(name));
    }

    private static Matcher variable(String name, String script) {
        return Pattern.compile("^%s='(\\[.*])'$".formatted(name), Pattern.MULTILINE)
                .matcher(script);
    }

    private static ProgramImage parse(String entrypoint, String environment) throws IOException {
        Map<String, String> variables = new HashMap<>();
        for (String pair : JSON.readValue(environment, String[].class)) {
            int equals = pair.indexOf('=');
            variables.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return new ProgramImage(List.of(JSON.readValue(entrypoint, String[].class)), variables);
    }

    /** The command with the image's paths replaced by this machine's, the longest first. */
    public List<String> command(Map<String, String> paths) {
        List<String> longestFirst =
                paths.keySet().stream()
                        .sorted((a, b) -> Integer.compare(b.length(), a.length()))
                        .toList();
        return entrypoint.stream()
                .map(
                        word -> {
                            String here = word;
                            for (String path : longestFirst) {
                                here = here.replace(path, paths.getOrDefault(path, path));
                            }
                            return here;
                        })
                .toList();
    }

    /** The same with another main class, of a class path that comes before the image's own. */
    public ProgramImage with(String mainClass, String instead, Path classPath) {
        return new ProgramImage(
                entrypoint.stream()
                        .map(word -> word.equals(mainClass) ? instead : word)
                        .map(word -> word.equals("/app/*") ? classPath + ":/app/*" : word)
                        .toList(),
                environment);
    }
}
