package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a Tegra's GPU driver has handed out, from its debugfs; readable by root where debugfs is
 * mounted. The memory is charged to no cgroup and is in no process's RSS on Linux for Tegra 36.
 *
 * @param used bytes in use by all clients
 * @param processes bytes by process ID of the host
 * @param pooled bytes freed by clients and kept in the driver's page pool; empty where it does not
 *     tell
 */
public record NvMap(long used, Map<Long, Long> processes, OptionalLong pooled) {
    private static final long KIB = 1024;
    private static final long PAGE = 4096;

    public NvMap {
        processes = Map.copyOf(processes);
    }

    /** Reads it below a root such as {@code /sys/kernel/debug}; empty where it cannot be read. */
    public static Optional<NvMap> read(Path debugfs) {
        List<String> lines;
        try {
            lines = Files.readAllLines(debugfs.resolve("nvmap/iovmm/clients"));
        } catch (IOException e) {
            return Optional.empty();
        }
        OptionalLong total = OptionalLong.empty();
        Map<Long, Long> processes = new HashMap<>();
        for (String line : lines) { // CLIENT PROCESS PID SIZE, and at the end: total SIZE
            String[] words = line.strip().split("\\s+");
            OptionalLong size = size(words[words.length - 1]);
            if (size.isEmpty()) {
                continue;
            }
            if (words[0].equals("total")) {
                total = size;
            } else if (words.length >= 4 && words[words.length - 2].matches("\\d{1,10}")) {
                processes.merge(
                        Long.parseLong(words[words.length - 2]), size.getAsLong(), Long::sum);
            }
        }
        return total.isEmpty()
                ? Optional.empty()
                : Optional.of(new NvMap(total.getAsLong(), processes, pooled(debugfs)));
    }

    private static OptionalLong size(String word) {
        return word.matches("\\d{1,12}K")
                ? OptionalLong.of(Long.parseLong(word.substring(0, word.length() - 1)) * KIB)
                : OptionalLong.empty();
    }

    private static OptionalLong pooled(Path debugfs) {
        try {
            String pages =
                    Files.readString(debugfs.resolve("nvmap/pagepool/page_pool_available_pages"))
                            .strip();
            return pages.matches("\\d{1,12}")
                    ? OptionalLong.of(Long.parseLong(pages) * PAGE)
                    : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
