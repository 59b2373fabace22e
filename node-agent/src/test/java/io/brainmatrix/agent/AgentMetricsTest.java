package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.memory.settling.SettleRule;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent tells Prometheus, and docs/metrics.md of it. */
class AgentMetricsTest {
    private static final Path DOCUMENT = Path.of("../docs/metrics.md");
    private static final String SECTION = "## Node agent\n";

    /** Of a GPU no file tells here; its two are fed by AgentCollector from the same snapshot. */
    private static final Set<AgentMeter> NEED_A_GPU =
            Set.of(AgentMeter.GPU_USED, AgentMeter.GPU_TOTAL);

    @TempDir private Path folder = Path.of("");

    /** {@code -Dbrainmatrix.docs.write=true} makes it so. */
    @Test
    void theAgentsTableIsItsMeters() throws IOException {
        List<String> rows = Arrays.stream(AgentMeter.values()).map(AgentMeter::row).toList();
        String text = Files.readString(DOCUMENT);
        int from = text.indexOf("| `", text.indexOf(SECTION));
        int to = text.indexOf("\n\n", from) + 1;
        if (Boolean.getBoolean("brainmatrix.docs.write")) {
            text =
                    text.substring(0, from)
                            + rows.stream().collect(Collectors.joining("\n", "", "\n"))
                            + text.substring(to);
            Files.writeString(DOCUMENT, text);
            to = text.indexOf("\n\n", from) + 1;
        }

        assertThat(text.substring(from, to).lines()).containsExactlyElementsOf(rows);
    }

    @Test
    void everyMeterIsFedByANodeThatHasItAll() throws IOException {
        NodeFiles node = NodeFiles.below(folder);
        node.swapDevice();
        Path zone = Files.createDirectories(node.sys().resolve("class/thermal/thermal_zone0"));
        Files.writeString(zone.resolve("type"), "cpu-thermal\n");
        Files.writeString(zone.resolve("temp"), "51500\n");
        Files.writeString(zone.resolve("trip_point_0_type"), "passive\n");
        Files.writeString(zone.resolve("trip_point_0_temp"), "80000\n");
        Sampler sampler = new Sampler(node.proc(), node.sys());
        PodWatch pods = new PodWatch(List::of, 1);
        Agent agent = new Agent(sampler, pods, new Asked(), "700Mi", Clock.systemUTC());
        CollectorRegistry registry = new CollectorRegistry(true);
        registry.register(new AgentCollector("edge", agent, sampler, pods));
        Thread loop = Thread.ofPlatform().daemon().start(agent::run);
        try {
            Awaitility.await()
                    .untilAsserted(
                            () -> {
                                Set<String> told =
                                        Collections.list(registry.metricFamilySamples()).stream()
                                                .flatMap(f -> f.samples.stream())
                                                .map(s -> s.name)
                                                .collect(Collectors.toSet());
                                for (AgentMeter meter : AgentMeter.values()) {
                                    if (!NEED_A_GPU.contains(meter)) {
                                        assertThat(told).contains(meter.metric());
                                    }
                                }
                            });
            assertThat(value(registry, AgentMeter.TEMPERATURE)).isEqualTo(51.5);
            assertThat(value(registry, AgentMeter.TEMPERATURE_STOP)).isEqualTo(75);
            assertThat(value(registry, AgentMeter.PRESSURE_SOME)).isEqualTo(0.0125);
            assertThat(value(registry, AgentMeter.SWAP_ZRAM)).isEqualTo(2048 << 10);
            assertThat(value(registry, AgentMeter.SLOPE_BOUND)).isEqualTo(8 << 20);
            assertThat(value(registry, AgentMeter.WINDOW)).isEqualTo(0.5);
            assertThat(value(registry, AgentMeter.FAST)).isEqualTo(1);
            assertThat(value(registry, AgentMeter.RESERVE)).isEqualTo(700 << 20);
        } finally {
            agent.end();
            loop.interrupt();
        }
    }

    @Test
    void whatIsNotKnownYetHasNoSample() throws IOException {
        NodeFiles node = NodeFiles.below(folder);
        Sampler sampler = new Sampler(node.proc(), node.sys());
        PodWatch pods = new PodWatch(List::of, 1);
        Agent agent = new Agent(sampler, pods, new Asked(), null, Clock.systemUTC());
        CollectorRegistry registry = new CollectorRegistry(true);
        registry.register(new AgentCollector("edge", agent, sampler, pods));

        assertThat(sample(registry, AgentMeter.AVAILABLE)).isNull();
        assertThat(sample(registry, AgentMeter.RESERVE)).isNull();
        assertThat(sample(registry, AgentMeter.SLOPE)).isNull();
        assertThat(sample(registry, AgentMeter.PODS)).isNull();

        sampler.sample(1, Instant.EPOCH, new SettleRule(java.time.Duration.ofSeconds(1), 1));
        assertThat(value(registry, AgentMeter.AVAILABLE)).isEqualTo(NodeFiles.AVAILABLE);
    }

    private static @Nullable Double sample(CollectorRegistry registry, AgentMeter meter) {
        return registry.getSampleValue(
                meter.metric(), new String[] {"node"}, new String[] {"edge"});
    }

    private static double value(CollectorRegistry registry, AgentMeter meter) {
        Double found = sample(registry, meter);
        assertThat(found).as(meter.metric()).isNotNull();
        return found == null ? 0 : found;
    }

    /** An API that asks for a rule and takes every write. */
    private static final class Asked implements NodeApi {
        @Override
        public void start() {}

        @Override
        public Optional<NodeMemorySpec> asked() {
            return Optional.of(new NodeMemorySpec("500ms", new Quantity("8Mi"), true));
        }

        @Override
        public List<Pod> pods() {
            return List.of();
        }

        @Override
        public @Nullable String reserveAnnotation() {
            return null;
        }

        @Override
        public void publish(NodeMemoryStatus status) {}
    }
}
