package io.brainmatrix.embedded.kubelet;

import io.brainmatrix.memory.MemInfo;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The machine's memory, in bytes.
 *
 * @param available to a new program, as the kernel estimates it
 */
public record MachineMemory(long total, long available) {
    /** Reads it below a root such as {@code /proc}. */
    public static MachineMemory read(Path proc) throws IOException {
        MemInfo info = MemInfo.read(proc);
        return new MachineMemory(info.total(), info.available());
    }
}
