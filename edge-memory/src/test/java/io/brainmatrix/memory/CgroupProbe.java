package io.brainmatrix.memory;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * A process for a cgroup of its own: takes memory, says what it reads of its cgroup, and stays
 * until it is killed. Arguments: MiB to take.
 */
final class CgroupProbe {
    private static final int PAGE = 4096;

    private CgroupProbe() {}

    public static void main(String[] arguments) {
        byte[] taken = new byte[Integer.parseInt(arguments[0]) << 20];
        for (int i = 0; i < taken.length; i += PAGE) {
            taken[i] = 1;
        }
        Cgroup cgroup = Cgroup.locate(Path.of("/sys/fs/cgroup"), Path.of("/proc")).orElseThrow();
        System.out.printf(
                "%d %d %d %d %d%n",
                cgroup.version(),
                cgroup.limit().orElse(-1),
                cgroup.used(),
                cgroup.charged().orElse(-1),
                cgroup.kills().orElse(-1));
        while (taken[0] == 1) {
            LockSupport.park();
        }
    }
}
