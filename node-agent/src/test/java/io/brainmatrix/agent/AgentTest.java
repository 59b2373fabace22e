package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two loops together, on a node made of files and against an API in memory. */
class AgentTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir private Path folder = Path.of("");

    @Test
    void staysSettledBesideAPodThatAcceptsAndNeverAnswers() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            Api api = new Api();
            api.pods = List.of(pod("hung"));

            try (Running running = start(api, silent.getLocalPort())) {
                await().atMost(BOUND)
                        .untilAsserted(
                                () ->
                                        assertThat(api.written)
                                                .anyMatch(s -> s.settledSince() != null));
                assertThat(running.pods.failures()).isPositive();
                assertThat(api.written).allMatch(s -> s.instances().isEmpty());
            }
        }
    }

    @Test
    void takesTheChartsReserveWhenTheNodesAnnotationIsNonsense() throws Exception {
        Api api = new Api();
        api.annotation = "plenty";

        try (Running running = start(api, 1)) {
            await().atMost(BOUND).until(running.agent::ready);
            assertThat(api.written.getFirst().reserve()).isEqualTo(700L << 20);
        }
    }

    @Test
    void publishesOnceAnApiServerThatRefusedIsBack() throws Exception {
        Api api = new Api();
        api.refusals = 2;

        try (Running running = start(api, 1)) {
            assertThat(running.agent.ready()).isFalse();
            await().atMost(BOUND).until(running.agent::ready);
            assertThat(api.refusals).isZero();
            assertThat(running.agent.live()).isTrue();
        }
    }

    @Test
    void goesOnOnceAFileThatCouldNotBeReadIsBack() throws Exception {
        Api api = new Api();
        NodeFiles node = NodeFiles.below(folder);
        Files.delete(node.proc().resolve("meminfo"));

        try (Running running = start(api, 1, node)) {
            node.available(NodeFiles.AVAILABLE);
            await().atMost(BOUND).until(running.agent::ready);
        }
    }

    @Test
    void givesEachWriteALaterHeartbeat() throws Exception {
        Api api = new Api();

        try (Running running = start(api, 1)) {
            await().atMost(BOUND)
                    .untilAsserted(() -> assertThat(api.written).hasSizeGreaterThan(1));
            assertThat(running.agent.samples()).isPositive();
            assertThat(api.written)
                    .extracting(NodeMemoryStatus::heartbeat)
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void samplesFastWhileMemoryMovesThoughNobodyAsks() throws Exception {
        Api api = new Api();
        api.fast = false;
        NodeFiles node = NodeFiles.below(folder);

        try (Running running = start(api, 1, node)) {
            await().atMost(BOUND).until(() -> running.agent.samplePause().toMillis() == 250);
            AtomicLong taken = new AtomicLong();
            await().atMost(BOUND)
                    .until(
                            () -> {
                                node.available(NodeFiles.AVAILABLE - taken.addAndGet(10L << 20));
                                return running.agent.samplePause().toMillis() == 100;
                            });
            await().atMost(BOUND).until(() -> running.agent.samplePause().toMillis() == 250);
            api.fast = true;
            assertThat(running.agent.samplePause()).hasMillis(100);
        }
    }

    private Running start(Api api, int port) throws IOException {
        return start(api, port, NodeFiles.below(folder));
    }

    private static Running start(Api api, int port, NodeFiles node) throws IOException {
        PodWatch pods = new PodWatch(api::pods, port);
        Agent agent =
                new Agent(
                        new Sampler(node.proc(), node.sys()),
                        pods,
                        api,
                        "700Mi",
                        Clock.systemUTC());
        Thread thread = Thread.ofPlatform().daemon().start(agent::run);
        return new Running(agent, pods, thread);
    }

    private static Pod pod(String uid) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(uid)
                .withUid(uid)
                .endMetadata()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP("127.0.0.1")
                .endStatus()
                .build();
    }

    private record Running(Agent agent, PodWatch pods, Thread thread) implements AutoCloseable {
        @Override
        public void close() {
            agent.end();
            try {
                thread.join(BOUND);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Api implements NodeApi {
        private final List<NodeMemoryStatus> written = new CopyOnWriteArrayList<>();
        private volatile List<Pod> pods = List.of();
        private volatile @Nullable String annotation;
        private volatile int refusals;
        private volatile boolean fast = true;

        @Override
        public void start() {}

        @Override
        public Optional<NodeMemorySpec> asked() {
            return Optional.of(new NodeMemorySpec(null, null, fast));
        }

        @Override
        public List<Pod> pods() {
            return pods;
        }

        @Override
        public @Nullable String reserveAnnotation() {
            return annotation;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // the agent writes from one thread
        public void publish(NodeMemoryStatus status) {
            if (refusals > 0) {
                refusals--;
                throw new KubernetesClientException("not now");
            }
            written.add(status);
        }
    }
}
