package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.GpuMemory;
import io.brainmatrix.api.v1alpha1.MemoryPressure;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.SwapUse;
import io.brainmatrix.api.v1alpha1.Temperature;
import io.brainmatrix.memory.settling.SettleRule;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The agent's metrics at one scrape; what is not known has no sample, it is not 0. */
final class AgentCollector extends Collector {
    private static final double PER_CENT_OF_PER_CENT = 10_000;
    private static final double MILLI = 1_000;

    private final String node;
    private final Agent agent;
    private final Sampler sampler;
    private final PodWatch pods;

    AgentCollector(String node, Agent agent, Sampler sampler, PodWatch pods) {
        this.node = node;
        this.agent = agent;
        this.sampler = sampler;
        this.pods = pods;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        List<MetricFamilySamples> all = new ArrayList<>();
        add(all, AgentMeter.CAPACITY, boxed(sampler.capacity()));
        add(all, AgentMeter.AVAILABLE, boxed(sampler.available()));
        add(all, AgentMeter.RESERVE, boxed(agent.reserve()));
        add(all, AgentMeter.SLOPE, boxed(sampler.slopePerSecond()));
        SettleRule rule = agent.rule();
        add(all, AgentMeter.SLOPE_BOUND, rule.maxSlopePerSecond());
        add(all, AgentMeter.WINDOW, rule.window().toMillis() / MILLI);
        add(all, AgentMeter.SETTLED, sampler.settled() ? 1 : 0);
        add(all, AgentMeter.FAST, agent.fast() ? 1 : 0);
        published(all, agent.published());
        add(all, AgentMeter.SAMPLES, agent.samples());
        add(all, AgentMeter.PUBLISHES, agent.publishes());
        add(all, AgentMeter.PUBLISH_FAILURES, agent.publishFailures());
        add(all, AgentMeter.POD_STATUS_FAILURES, pods.failures());
        return all;
    }

    /** Readings that are only taken for a snapshot: those of the latest one that was published. */
    private void published(List<MetricFamilySamples> all, @Nullable NodeMemoryStatus status) {
        if (status == null) {
            return;
        }
        MemoryPressure pressure = status.pressure();
        if (pressure != null) {
            add(all, AgentMeter.PRESSURE_SOME, part(pressure.someAvg10(), PER_CENT_OF_PER_CENT));
            add(all, AgentMeter.PRESSURE_FULL, part(pressure.fullAvg10(), PER_CENT_OF_PER_CENT));
        }
        SwapUse swap = status.swap();
        if (swap != null) {
            add(all, AgentMeter.SWAP_DISK, swap.disk());
            add(all, AgentMeter.SWAP_ZRAM, swap.zram());
            add(all, AgentMeter.SWAP_IN, swap.inPerSecond());
            add(all, AgentMeter.SWAP_OUT, swap.outPerSecond());
        }
        GpuMemory gpu = status.gpu();
        if (gpu != null) {
            add(all, AgentMeter.GPU_USED, gpu.used());
            add(all, AgentMeter.GPU_TOTAL, gpu.total());
        }
        Temperature heat = status.temperature();
        if (heat != null) {
            add(all, AgentMeter.TEMPERATURE, part(heat.milliCelsius(), MILLI));
            add(all, AgentMeter.TEMPERATURE_STOP, part(heat.stopMilliCelsius(), MILLI));
        }
        add(all, AgentMeter.PODS, status.instances().size());
    }

    private static @Nullable Number boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    private static @Nullable Number part(@Nullable Long value, double of) {
        return value == null ? null : value / of;
    }

    private void add(List<MetricFamilySamples> all, AgentMeter meter, @Nullable Number value) {
        if (value == null) {
            return;
        }
        String help = meter.meaning() + ".";
        List<String> labels = List.of(node);
        if (meter.counter()) {
            CounterMetricFamily counter =
                    new CounterMetricFamily(meter.metric(), help, AgentMeter.LABELS);
            all.add(counter.addMetric(labels, value.doubleValue()));
        } else {
            GaugeMetricFamily gauge =
                    new GaugeMetricFamily(meter.metric(), help, AgentMeter.LABELS);
            all.add(gauge.addMetric(labels, value.doubleValue()));
        }
    }
}
