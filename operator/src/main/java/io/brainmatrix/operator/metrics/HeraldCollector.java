package io.brainmatrix.operator.metrics;

import io.brainmatrix.operator.herald.Messenger;
import io.prometheus.client.Collector;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What the chronicle was told, and what waits to be told; nothing where there is none. */
public final class HeraldCollector extends Collector {
    private final Supplier<Optional<Messenger.Count>> counts;

    /** Collects from these counts. */
    public HeraldCollector(Supplier<Optional<Messenger.Count>> counts) {
        this.counts = counts;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        Families families =
                new Families(
                        Meter.HERALD_TOLD,
                        Meter.HERALD_REFUSED,
                        Meter.HERALD_FAILURES,
                        Meter.HERALD_WAITING,
                        Meter.HERALD_DROPPED);
        counts.get()
                .ifPresent(
                        count -> {
                            families.add(Meter.HERALD_TOLD, List.of(), count.told());
                            families.add(Meter.HERALD_REFUSED, List.of(), count.refused());
                            families.add(Meter.HERALD_FAILURES, List.of(), count.failures());
                            families.add(Meter.HERALD_WAITING, List.of(), count.waiting());
                            families.add(Meter.HERALD_DROPPED, List.of(), count.dropped());
                        });
        return families.all();
    }
}
