package io.brainmatrix.e2e;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What lives on a process's heap after a full collection, by class.
 *
 * @param bytes by the JVM's name of the class
 */
record HeapHistogram(Map<String, Long> bytes) {
    /** Of a line such as {@code 3: 21035 504840 java.lang.String (java.base@25)}. */
    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+).*");

    /** What the collector puts where it left a gap: no object of anybody. */
    private static final String FILLER = "jdk.internal.vm.Filler";

    HeapHistogram {
        bytes = Map.copyOf(bytes);
    }

    /** Reads what {@code jcmd PID GC.class_histogram} prints. */
    static HeapHistogram parse(String printed) {
        Map<String, Long> bytes = new HashMap<>();
        printed.lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .filter(m -> !m.group(2).contains(FILLER))
                .forEach(m -> bytes.merge(m.group(2), Long.parseLong(m.group(1)), Long::sum));
        return new HeapHistogram(bytes);
    }

    /** All of it, in bytes. */
    long total() {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The classes that grew most since an earlier one, the most first. */
    String growthSince(HeapHistogram earlier, int classes) {
        return bytes.entrySet().stream()
                .map(e -> Map.entry(e.getKey(), e.getValue() - earlier.of(e.getKey())))
                .filter(e -> e.getValue() > 0)
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(classes)
                .map(e -> "%s +%d KiB".formatted(e.getKey(), e.getValue() >> 10))
                .collect(Collectors.joining(", "));
    }

    private long of(String name) {
        return bytes.getOrDefault(name, 0L);
    }
}
