package io.brainmatrix.operator.metrics;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.operator.leader.Leadership;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Counts ends by class as they appear in statuses, each once, in the process that leads. The
 * statuses keep the latest few only, so a sum over them would shrink; what was there when this
 * process began is not counted again.
 */
final class EndTally {
    private final Leadership leadership;
    private final Map<EndClass, LongAdder> counts = new EnumMap<>(EndClass.class);

    /** By matrix UID: the pods whose ends its status tells of. */
    private final Map<String, Set<String>> told = new HashMap<>();

    EndTally(Leadership leadership) {
        this.leadership = leadership;
        for (EndClass end : EndClass.values()) {
            counts.put(end, new LongAdder());
        }
    }

    synchronized void see(BrainMatrix matrix) {
        Set<String> now = new HashSet<>();
        Set<String> before = told.put(matrix.getMetadata().getUid(), now);
        ends(matrix)
                .forEach(
                        end -> {
                            now.add(end.podUid());
                            LongAdder count =
                                    end.endClass() == null ? null : counts.get(end.endClass());
                            if (count != null
                                    && before != null
                                    && !before.contains(end.podUid())
                                    && leadership.leads()) {
                                count.increment();
                            }
                        });
    }

    private static Stream<Crash> ends(BrainMatrix matrix) {
        return matrix.getStatus() == null
                ? Stream.empty()
                : matrix.getStatus().instances().stream()
                        .map(InstanceStatus::crashes)
                        .flatMap(Stream::ofNullable)
                        .map(Crashes::recent)
                        .flatMap(List::stream);
    }

    /** Forgets matrices that are gone. */
    synchronized void keep(Collection<BrainMatrix> present) {
        told.keySet().retainAll(present.stream().map(m -> m.getMetadata().getUid()).toList());
    }

    void collect(Families families) {
        counts.forEach(
                (end, count) -> families.add(Meter.ENDS, List.of(), count.sum(), end.name()));
    }
}
