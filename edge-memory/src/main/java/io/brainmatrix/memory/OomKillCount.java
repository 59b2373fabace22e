package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Processes that the kernel has killed for memory since boot, line {@code oom_kill} of {@code
 * /proc/vmstat}: at a cgroup's limit or because the node ran out, counted together (mm/oom_kill.c,
 * {@code __oom_kill_process}).
 */
public final class OomKillCount {
    private OomKillCount() {}

    /**
     * Reads it below a root such as {@code /proc}; empty where the kernel does not count (before
     * 4.13).
     */
    public static OptionalLong read(Path proc) {
        try {
            return KeyedLines.read(proc.resolve("vmstat")).get("oom_kill");
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
