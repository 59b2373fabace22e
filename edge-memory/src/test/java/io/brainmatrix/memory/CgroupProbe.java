package io.brainmatrix.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * A process for a cgroup of its own: takes memory, says what it reads of its cgroup, and stays
 * until it is killed. Arguments: MiB to take.
 */
final class CgroupProbe {
    private CgroupProbe() {}

    public static void main(String[] arguments) {
        MemorySegment taken =
                Arena.global().allocate(Long.parseLong(arguments[0]) << 20).fill((byte) 1);
        Cgroup cgroup = Cgroup.locate(Path.of("/sys/fs/cgroup"), Path.of("/proc")).orElseThrow();
        System.out.printf(
                "%d %d %d %d %d%n",
                cgroup.version(),
                cgroup.limit().orElse(-1),
                cgroup.used(),
                cgroup.charged().orElse(-1),
                cgroup.kills().orElse(-1));
        while (taken.byteSize() > 0) {
            LockSupport.park();
        }
    }
}
