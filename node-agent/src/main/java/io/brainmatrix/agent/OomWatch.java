package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.OomKills;
import io.brainmatrix.memory.OomKillCount;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * When the node's kernel killed something for memory. A container's status tells of it late, of
 * another container's kill too, or not at all; the kernel's own count does not. Safe for several
 * threads.
 */
final class OomWatch {
    private final Path proc;
    private final Deque<Instant> recent = new ArrayDeque<>();
    private OptionalLong total = OptionalLong.empty();

    OomWatch(Path proc) {
        this.proc = proc;
    }

    /** Looks at the count; what was killed before the first look is only in the total. */
    synchronized void look(Instant now) {
        OptionalLong count = OomKillCount.read(proc);
        if (count.isPresent() && total.isPresent() && count.getAsLong() > total.getAsLong()) {
            recent.addFirst(now);
            if (recent.size() > OomKills.RECENT_MAX) {
                recent.removeLast();
            }
        }
        total = count;
    }

    /** What is known; null where the kernel does not count. */
    synchronized @Nullable OomKills kills() {
        return total.isEmpty() ? null : new OomKills(total.getAsLong(), List.copyOf(recent));
    }
}
