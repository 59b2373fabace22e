package io.brainmatrix.quickstart;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.api.v1alpha1.Phase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells what became of a matrix's instances from one status to the next: pure. */
final class Story {
    /**
     * What is told of one instance.
     *
     * @param deaths all deaths so far
     */
    record Chapter(String phase, String reason, String message, long lives, long deaths) {
        /** A change of numbers alone is no event: the operator rewrites them while it waits. */
        boolean sameEventAs(@Nullable Chapter other) {
            return other != null
                    && phase.equals(other.phase)
                    && reason.equals(other.reason)
                    && lives == other.lives
                    && deaths == other.deaths;
        }
    }

    private Story() {}

    /** What there is to tell now, by instance. */
    static Map<String, Chapter> of(@Nullable BrainMatrix matrix) {
        Map<String, Chapter> chapters = new HashMap<>();
        if (matrix == null || matrix.getStatus() == null) {
            return chapters;
        }
        for (InstanceStatus instance : matrix.getStatus().instances()) {
            chapters.put(instance.name(), chapter(instance));
        }
        return chapters;
    }

    /** One line for each instance of which something new is to be told, in the order of names. */
    static List<String> lines(Map<String, Chapter> before, Map<String, Chapter> after) {
        List<String> lines = new ArrayList<>();
        after.keySet().stream()
                .sorted()
                .forEach(
                        name -> {
                            Chapter now = Objects.requireNonNull(after.get(name));
                            if (!now.sameEventAs(before.get(name))) {
                                lines.add(line(name, now));
                            }
                        });
        return lines;
    }

    /** How many instances answer requests. */
    static long ready(@Nullable BrainMatrix matrix) {
        if (matrix == null || matrix.getStatus() == null) {
            return 0;
        }
        return matrix.getStatus().instances().stream().filter(Story::isReady).count();
    }

    /** Whether an instance is in its given life, or a later one, and answers requests. */
    static boolean isBack(@Nullable BrainMatrix matrix, String name, long life) {
        return find(matrix, name)
                .filter(Story::isReady)
                .filter(i -> i.lives() != null && i.lives() >= life)
                .isPresent();
    }

    /** Deaths of an instance so far. */
    static long deaths(@Nullable BrainMatrix matrix, String name) {
        return find(matrix, name).map(i -> chapter(i).deaths()).orElse(0L);
    }

    static Optional<InstanceStatus> find(@Nullable BrainMatrix matrix, String name) {
        if (matrix == null || matrix.getStatus() == null) {
            return Optional.empty();
        }
        return matrix.getStatus().instances().stream()
                .filter(i -> i.name().equals(name))
                .findFirst();
    }

    private static boolean isReady(InstanceStatus instance) {
        return instance.phase() == Phase.Ready;
    }

    private static Chapter chapter(InstanceStatus i) {
        var crashes = i.crashes();
        Long total = crashes == null ? null : crashes.total();
        return new Chapter(
                i.phase() == null ? "-" : i.phase().name(),
                i.reason() == null ? "-" : i.reason().name(),
                i.message() == null ? "" : i.message(),
                i.lives() == null ? 0 : i.lives(),
                total == null ? 0 : total);
    }

    private static String line(String name, Chapter c) {
        String deaths = c.deaths() == 0 ? "" : " deaths %d".formatted(c.deaths());
        return "%-10s %-9s %-24s life %d%s  %s"
                .formatted(name, c.phase(), c.reason(), c.lives(), deaths, c.message())
                .stripTrailing();
    }
}
