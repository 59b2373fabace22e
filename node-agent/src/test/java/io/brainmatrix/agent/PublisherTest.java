package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.brainmatrix.api.v1alpha1.NodeMemorySpec;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the watches do while the API server is away; the rest is shown on a real one in e2e/. */
class PublisherTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @ParameterizedTest
    @CsvSource({"'', /api/v1/pods?", "n, /api/v1/namespaces/n/pods?"})
    void findsItsSpecOnceAnApiServerThatWasAwayAtTheStartIsBack(String namespaces, String asked)
            throws IOException {
        Set<String> paths = ConcurrentHashMap.newKeySet();
        AtomicBoolean away = new AtomicBoolean(true);
        AtomicInteger refused = new AtomicInteger();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext(
                "/",
                exchange -> {
                    String path = exchange.getRequestURI().toString();
                    paths.add(path);
                    boolean watch = path.contains("watch=true");
                    String body =
                            path.contains("nodememories")
                                    ? """
                                      {"kind":"NodeMemoryList","apiVersion":"brainmatrix.io/v1alpha1","metadata":{"resourceVersion":"1"},"items":[
                                      {"kind":"NodeMemory","apiVersion":"brainmatrix.io/v1alpha1","metadata":{"name":"a","resourceVersion":"1"},"spec":{"fast":true}}]}"""
                                    : """
                                      {"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[
                                      {"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","namespace":"n","uid":"u","resourceVersion":"1","labels":{"brainmatrix.io/matrix":"m"}},
                                       "spec":{"nodeName":"a","containers":[{"name":"inference"}]},"status":{"phase":"Running","podIP":"10.0.0.7"}}]}""";
                    byte[] bytes =
                            (away.get() || watch ? "{}" : body).getBytes(StandardCharsets.UTF_8);
                    if (away.get()) {
                        refused.incrementAndGet();
                    }
                    exchange.sendResponseHeaders(away.get() ? 503 : 200, bytes.length);
                    try (exchange) {
                        exchange.getResponseBody().write(bytes);
                    }
                });
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.start();
        Config config =
                new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build();
        try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
            Publisher publisher =
                    new Publisher(
                            client, "a", namespaces.isEmpty() ? List.of() : List.of(namespaces));
            publisher.start();
            await().atMost(BOUND).untilAsserted(() -> assertThat(refused).hasValueGreaterThan(1));

            away.set(false);

            await().atMost(BOUND)
                    .untilAsserted(
                            () ->
                                    assertThat(publisher.asked())
                                            .contains(new NodeMemorySpec(null, null, true)));
            await().atMost(BOUND)
                    .untilAsserted(
                            () ->
                                    assertThat(publisher.pods())
                                            .singleElement()
                                            .satisfies(PublisherTest::isWhatAQuestionNeeds));
            assertThat(paths)
                    .filteredOn(path -> path.contains("pods"))
                    .allSatisfy(path -> assertThat(path).startsWith(asked));
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    /** And nothing else: the agent's heap is small, a node may have many pods. */
    private static void isWhatAQuestionNeeds(Pod pod) {
        assertThat(pod.getMetadata().getUid()).isEqualTo("u");
        assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
        assertThat(pod.getStatus().getPodIP()).isEqualTo("10.0.0.7");
        assertThat(pod.getSpec()).isNull();
        assertThat(pod.getMetadata().getLabels()).isNullOrEmpty();
    }
}
