package io.brainmatrix.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The block at the foot of the terminal: the node's memory, the lane, and each instance. Pure.
 *
 * @param total bytes of the node
 * @param available of them, to a new program
 * @param slopePerSecond its change, in bytes per second; empty while nobody can tell
 * @param lane who is being let in; empty when nobody is
 */
record Frame(long total, long available, OptionalLong slopePerSecond, String lane, List<Row> rows) {
    private static final long MIB = 1L << 20;
    private static final int BAR = 24;

    /**
     * One instance.
     *
     * @param used bytes; empty when it has no process
     * @param limit bytes that the kernel lets it have; 0 when none is known
     */
    record Row(
            String name,
            String phase,
            String reason,
            long life,
            long deaths,
            OptionalLong used,
            long limit) {}

    Frame {
        rows = List.copyOf(rows);
    }

    /** The block's lines, none wider than the terminal. */
    List<String> lines(int width) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "%-10s %-9s %s %s  lane: %s"
                        .formatted(
                                "node",
                                "",
                                bar(total - available, total),
                                "%d of %d MiB%s"
                                        .formatted(
                                                (total - available) / MIB,
                                                total / MIB,
                                                slopePerSecond.isPresent()
                                                        ? ", %+d MiB/s"
                                                                .formatted(
                                                                        slopePerSecond.getAsLong()
                                                                                / MIB)
                                                        : ""),
                                lane.isEmpty() ? "free" : lane));
        for (Row row : rows) {
            lines.add(line(row));
        }
        return lines.stream().map(l -> l.length() <= width ? l : l.substring(0, width)).toList();
    }

    private static String line(Row row) {
        String memory =
                row.used().isEmpty()
                        ? bar(0, 1) + " no process"
                        : "%s %d of %d MiB"
                                .formatted(
                                        bar(row.used().getAsLong(), row.limit()),
                                        row.used().getAsLong() / MIB,
                                        row.limit() / MIB);
        String reason = row.reason().equals(row.phase()) ? "" : "  " + row.reason();
        return "%-10s %-9s %s  life %d, deaths %d%s"
                .formatted(row.name(), row.phase(), memory, row.life(), row.deaths(), reason);
    }

    private static String bar(long part, long whole) {
        int full = whole <= 0 ? 0 : Math.clamp(part * BAR / whole, 0, BAR);
        return "█".repeat(full) + "░".repeat(BAR - full);
    }
}
