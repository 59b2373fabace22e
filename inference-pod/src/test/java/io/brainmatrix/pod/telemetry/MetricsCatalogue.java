package io.brainmatrix.pod.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The pod's part of docs/metrics.md, and what a scrape has. */
public final class MetricsCatalogue {
    private static final String SECTION = "## Inference pod";
    private static final Pattern ROW =
            Pattern.compile("^\\| `(brainmatrix_pod_\\w+)[^`]*` \\| (\\w+) \\|", Pattern.MULTILINE);
    private static final Pattern TYPE =
            Pattern.compile("^# TYPE (\\w+) (\\w+)$", Pattern.MULTILINE);

    /** When a counter began, which the client library adds to each. */
    private static final String CREATED = "_created";

    private MetricsCatalogue() {}

    /** Names and kinds that the document lists. */
    public static Map<String, String> documented() throws IOException {
        String text =
                Files.readString(
                        Path.of(System.getProperty("brainmatrix.root", ".."), "docs/metrics.md"));
        int from = text.indexOf(SECTION);
        if (from < 0) {
            throw new IllegalStateException("docs/metrics.md has no " + SECTION);
        }
        int to = text.indexOf("\n## ", from + 1);
        Map<String, String> all = new TreeMap<>();
        Matcher row = ROW.matcher(text.substring(from, to < 0 ? text.length() : to));
        while (row.find()) {
            all.put(row.group(1), row.group(2));
        }
        return all;
    }

    /** Names and kinds in a scrape. */
    public static Map<String, String> scraped(String scrape) {
        Map<String, String> all = new TreeMap<>();
        Matcher type = TYPE.matcher(scrape);
        while (type.find()) {
            if (!type.group(1).endsWith(CREATED)) {
                all.put(type.group(1), type.group(2));
            }
        }
        return all;
    }

    /**
     * One sample's value.
     *
     * @param series its name, with labels as they are written
     */
    public static double value(String scrape, String series) {
        return scrape.lines()
                .filter(l -> l.startsWith(series + " "))
                .mapToDouble(l -> Double.parseDouble(l.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + series + " in\n" + scrape));
    }
}
