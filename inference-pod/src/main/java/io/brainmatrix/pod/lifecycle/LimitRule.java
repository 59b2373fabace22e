package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.memory.Cgroup;
import java.util.OptionalLong;

/** The kernel's limit must be the budget, or nothing that was promised holds (R10). */
final class LimitRule {
    /** The kernel rounds a limit down to whole pages. */
    private static final long PAGE = 4096;

    private LimitRule() {}

    /**
     * The limit read back, in bytes.
     *
     * @param budget bytes of RAM that were declared
     * @throws Refusal when there is none, or another than the budget
     */
    static long readBack(Cgroup cgroup, long budget) throws Refusal {
        OptionalLong limit = cgroup.limit();
        if (limit.isEmpty()) {
            throw new Refusal(
                    ExitCode.NoLimit,
                    "the container has no memory limit; the budget is %d bytes".formatted(budget));
        }
        if (limit.getAsLong() / PAGE != budget / PAGE) {
            throw new Refusal(
                    ExitCode.NoLimit,
                    "the container's memory limit is %d bytes, the budget %d: something changed the pod, such as a LimitRange"
                            .formatted(limit.getAsLong(), budget));
        }
        return limit.getAsLong();
    }
}
