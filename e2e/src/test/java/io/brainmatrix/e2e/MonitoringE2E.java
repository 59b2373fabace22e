package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.Chat;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A real Prometheus sees a matrix come up, lose an instance and get it back, beside one that never
 * fits: every dashboard has data, every documented metric is there, and no other.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MonitoringE2E {
    private static final String MATRIX = "seen";
    private static final String NAMESPACE = "e2e-seen";
    private static final int AGENT_PORT = 8081;

    /** What docs/metrics.md calls present of what every node and matrix has; the rest may be. */
    private static final Set<String> EVERYWHERE =
            Set.of("always", "for nodes with a NodeMemory", "for nodes with a reading");

    private final Cluster cluster;
    private final World world = new World();
    private final ClusterUser user;
    private final PrometheusServer prometheus;

    MonitoringE2E(Cluster cluster) {
        this.cluster = cluster;
        this.prometheus = PrometheusServer.start(cluster);
        this.user = new ClusterUser(cluster, NAMESPACE);
    }

    @BeforeAll
    void livesAndDies() {
        world.place(Models.chain(Models.LARGE_MIB), "seen.gguf");
        // A scrape that takes a second is lost: a little CPU lets those hold the lane for several
        // seconds that take it once.
        user.apply(
                Matrix.on(MATRIX, World.hostPath("seen.gguf"))
                        .instance("name: subject, role: Subject, budget: {ram: 700Mi}")
                        .instance(
                                "name: observer, role: Observer, watches: [subject], budget: {ram: 700Mi, cpu: 200m}")
                        .instance(
                                "name: god, role: God, watches: [subject, observer], budget: {ram: 700Mi, cpu: 200m}")
                        .instance("name: giant, budget: {ram: 900Gi}"));
        user.awaitReady(MATRIX, "subject", "observer", "god");
        user.awaitReason(MATRIX, "giant", Reason.BudgetExceedsNode);
        Await.until(cluster, "all three answer", this::talk);
        world.kill(user.podOf(MATRIX, "subject"));
        Await.until(
                cluster,
                "subject is back",
                () -> {
                    assertThat(user.status(MATRIX, "subject").lives()).isEqualTo(2);
                    user.awaitReady(MATRIX, "subject");
                });
        Await.until(
                cluster,
                "Prometheus has seen it",
                () -> {
                    talk();
                    assertThat(
                                    prometheus.query(
                                            "brainmatrix_lane_hold_seconds_count >= 4 and on () brainmatrix_instance_ready"
                                                    + of("subject")
                                                    + " == 1"))
                            .isNotEmpty();
                });
    }

    @AfterAll
    void leaves() {
        prometheus.close();
        user.close();
        world.remove("seen.gguf");
    }

    private void talk() {
        for (String instance : List.of("subject", "observer", "god")) {
            user.service(MATRIX, instance).complete("the quick", 3);
        }
    }

    private static String of(String instance) {
        return "{namespace=\"%s\", matrix=\"%s\", instance=\"%s\"}"
                .formatted(NAMESPACE, MATRIX, instance);
    }

    @Test
    void everyQueryOfEveryDashboardReturnsData() {
        List<String> empty = new ArrayList<>();
        int asked = 0;
        for (Path file : Dashboards.files()) {
            for (Dashboards.Query query : Dashboards.queries(file)) {
                asked++;
                JsonNode result =
                        prometheus.range(
                                Dashboards.substituted(
                                        query.expression(), NAMESPACE, MATRIX, cluster.node()));
                if (result.isEmpty()) {
                    empty.add(query.where() + ": " + query.expression());
                }
            }
        }
        assertThat(empty).isEmpty();
        assertThat(asked).isGreaterThan(50);
    }

    @Test
    void theSeriesAreTheMatrixsOwnAndChangeAfterTheDeath() {
        assertThat(values("brainmatrix_instance_deaths_total" + of("subject"))).contains(0.0, 1.0);
        assertThat(values("brainmatrix_instance_deaths_total" + of("observer"))).containsOnly(0.0);
        assertThat(values("brainmatrix_instance_lives_total" + of("subject"))).contains(1.0, 2.0);
        assertThat(values("brainmatrix_instance_ready" + of("subject"))).contains(0.0, 1.0);
        Await.until(
                cluster,
                "its end is shown, though a scrape was lost",
                () ->
                        assertThat(
                                        prometheus.query(
                                                "brainmatrix_instance_recent_ends" + of("subject")))
                                .singleElement()
                                .satisfies(
                                        end ->
                                                assertThat(end.at("/metric/class").asText())
                                                        .isEqualTo("Killed")));
        assertThat(prometheus.range("brainmatrix_lane_holder"))
                .extracting(s -> s.at("/metric/instance").asText())
                .contains("subject", "observer", "god")
                .doesNotContain("giant");
        List<Double> killed = values("sum(brainmatrix_ends_total{class=\"Killed\"})");
        assertThat(killed.getLast() - killed.getFirst()).as("%s", killed).isEqualTo(1);
    }

    private List<Double> values(String series) {
        List<Double> values = new ArrayList<>();
        for (JsonNode result : prometheus.range(series)) {
            result.path("values").forEach(v -> values.add(v.get(1).asDouble()));
        }
        return values;
    }

    /** Neither an invented number nor one of another moment: the account adds up in each scrape. */
    @Test
    void theLedgersPartsAddUpInEveryScrape() {
        String sum =
                "sum by (node) (brainmatrix_node_ledger_bytes{part=\"allocatable\"}) - sum by (node) (brainmatrix_node_ledger_bytes{part=~\"reserve|foreign|unaccounted|committed|free\"})";

        Await.until(
                cluster,
                "scrapes enough to tell",
                () -> assertThat(values(sum)).hasSizeGreaterThan(10));
        assertThat(values(sum)).containsOnly(0.0);
    }

    @Test
    void theOperatorsCatalogueIsWhatAScrapeHas() throws IOException {
        compare("Operator", MetricNames.scraped(cluster.askOperator("/q/metrics")));
    }

    @Test
    void theAgentsCatalogueIsWhatAScrapeHas() throws IOException {
        Pod agent =
                cluster.client()
                        .pods()
                        .inNamespace(Chart.NAMESPACE)
                        .withLabel("app.kubernetes.io/component", "node-agent")
                        .list()
                        .getItems()
                        .getFirst();
        String address = "http://%s:%d".formatted(agent.getStatus().getPodIP(), AGENT_PORT);

        compare("Node agent", MetricNames.scraped(new Chat(URI.create(address)).get("/metrics")));
    }

    private static void compare(String part, Set<String> scraped) throws IOException {
        Map<String, String> documented = MetricNames.documented(part);
        List<String> always =
                documented.entrySet().stream()
                        .filter(row -> EVERYWHERE.contains(row.getValue().strip()))
                        .map(Map.Entry::getKey)
                        .toList();
        assertThat(always).hasSizeGreaterThan(8);
        assertThat(scraped).containsAll(always);

        List<String> known = new ArrayList<>(documented.keySet());
        known.addAll(MetricNames.known());
        Stream<String> unknown =
                scraped.stream()
                        .filter(name -> !known.contains(name))
                        .filter(name -> !name.matches("(jvm|process|system|worker|netty|http)_.*"));
        assertThat(unknown).isEmpty();
    }

    @Test
    void everyRuleIsEvaluatedAndTheOneThatNeverFitsIsOnItsWayToAnAlert() {
        JsonNode groups = prometheus.get("rules").at("/data/groups");

        assertThat(groups).isNotEmpty();
        groups.forEach(
                group ->
                        group.path("rules")
                                .forEach(
                                        rule ->
                                                assertThat(rule.path("health").asText())
                                                        .as("%s", rule)
                                                        .isEqualTo("ok")));
        Await.until(
                cluster,
                "it is on its way, though a scrape was lost",
                () ->
                        assertThat(
                                        prometheus.query(
                                                "ALERTS{alertname=\"BrainMatrixDoesNotFit\", instance=\"giant\"}"))
                                .hasSize(1));
        assertThat(prometheus.query("ALERTS{alertstate=\"firing\"}")).isEmpty();
    }

    @Test
    void theSeriesOfAMatrixThatIsGoneAreGone() {
        user.apply(
                Matrix.on("brief", World.hostPath("seen.gguf"))
                        .instance("name: giant, budget: {ram: 900Gi}"));
        Await.until(cluster, "brief is told", () -> assertThat(toldOf("brief")).isNotEmpty());

        user.delete("brief");

        Await.until(cluster, "brief is gone", () -> assertThat(toldOf("brief")).isEmpty());
    }

    private List<String> toldOf(String matrix) {
        return cluster.askOperator("/q/metrics")
                .lines()
                .filter(line -> line.contains("matrix=\"" + matrix + "\""))
                .toList();
    }
}
