package io.brainmatrix.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Names of metrics in docs/metrics.md, in the rules, in queries and in scrapes. */
final class MetricNames {
    static final Path DOCUMENT = Cluster.ROOT.resolve("docs/metrics.md");

    private static final Pattern ROW =
            Pattern.compile(
                    "^\\| `([a-z_]+)(?:\\{[a-z,]+\\})?` \\|.*\\| ([^|]+) \\|$", Pattern.MULTILINE);
    private static final Pattern OTHERS =
            Pattern.compile("`((?:reconciliations|events|custom|jvm)_[a-z_]*)");
    private static final Pattern RECORD = Pattern.compile("record: (\\S+)");
    private static final Pattern OURS =
            Pattern.compile("\\b(brainmatrix[a-z0-9_:]+|(?:reconciliations|jvm)_[a-z_]+)\\b");
    private static final Pattern SUFFIX = Pattern.compile("_(bucket|count|sum)$");

    private MetricNames() {}

    /** Name → when it is present, of the tables below a heading. */
    static Map<String, String> documented(String heading) throws IOException {
        String text = Files.readString(DOCUMENT);
        int from = text.indexOf("\n## " + heading + "\n");
        int to = text.indexOf("\n## ", from + 1);
        Map<String, String> names = new LinkedHashMap<>();
        ROW.matcher(text.substring(from, to < 0 ? text.length() : to))
                .results()
                .filter(row -> row.group(1).startsWith("brainmatrix_"))
                .forEach(row -> names.put(row.group(1), row.group(2)));
        return names;
    }

    /** Everything that may be asked for. */
    static List<String> known() throws IOException {
        List<String> known = new ArrayList<>();
        String document = Files.readString(DOCUMENT);
        ROW.matcher(document).results().map(m -> m.group(1)).forEach(known::add);
        OTHERS.matcher(document).results().map(m -> m.group(1)).forEach(known::add);
        known.add("jvm_memory_used_bytes"); // of `jvm_*`
        RECORD.matcher(Files.readString(AlertRulesTest.RULES))
                .results()
                .map(m -> m.group(1))
                .forEach(known::add);
        return known;
    }

    /** The metrics that a query asks for, without the suffixes of a histogram. */
    static List<String> in(String expression) {
        return OURS.matcher(expression)
                .results()
                .map(MatchResult::group)
                .map(name -> SUFFIX.matcher(name).replaceFirst(""))
                .distinct()
                .toList();
    }

    /** The families of a scrape, by their samples. */
    static Set<String> scraped(String text) {
        Set<String> names = new TreeSet<>();
        text.lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(line -> line.split("[{ ]", 2)[0])
                .map(name -> name.replaceFirst("_(bucket|count|sum|created)$", ""))
                .forEach(names::add);
        return names;
    }
}
