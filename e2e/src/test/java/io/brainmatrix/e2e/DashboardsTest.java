package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dashboards as files; MonitoringE2E runs their queries. */
class DashboardsTest {
    @TempDir private Path folder = Path.of("");

    static Stream<Path> files() {
        return Dashboards.files().stream();
    }

    @Test
    void areThoseOfFleetMatrixAndNode() {
        assertThat(Dashboards.files())
                .extracting(f -> f.getFileName().toString())
                .containsExactly("fleet.json", "matrix.json", "node.json");
    }

    @Test
    void areWhatGrafanasTypesSay() {
        Script check = Script.run("scripts/dashboards-check");

        Assumptions.assumeFalse(check.status() == Script.SKIPPED, check.last());
        assertThat(check.status()).as("%s", check.output()).isZero();
    }

    @Test
    void theCheckByTypesFindsAHeightInQuotes() throws IOException {
        Path broken = folder.resolve("broken.json");
        Files.writeString(
                broken,
                Files.readString(Dashboards.files().getFirst())
                        .replace("\"h\": 8", "\"h\": \"8\""));

        Script check = Script.run("scripts/dashboards-check", broken.toString());

        Assumptions.assumeFalse(check.status() == Script.SKIPPED, check.last());
        assertThat(check.status()).isNotZero();
        assertThat(check.output()).contains("Type 'string' is not assignable to type 'number'");
    }

    @ParameterizedTest
    @MethodSource("files")
    void theDataSourceIsAVariableEverywhere(Path file) {
        JsonNode dashboard = Dashboards.read(file);

        assertThat(dashboard.findValues("datasource"))
                .isNotEmpty()
                .allSatisfy(d -> assertThat(d.path("uid").asText()).isEqualTo("${datasource}"));
        assertThat(dashboard.at("/templating/list/0/type").asText()).isEqualTo("datasource");
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(panel.has("datasource") || panel.path("type").asText().equals("row"))
                    .as(panel.path("title").asText())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void noQueryPutsAConstantInThePlaceOfData(Path file) {
        assertThat(Dashboards.queries(file))
                .isNotEmpty()
                .allSatisfy(
                        q ->
                                assertThat(q.expression())
                                        .as(q.where())
                                        .doesNotContainPattern("vector *\\(|\\bor\\b|absent"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyPanelAndItsIdIsThereOnce(Path file) {
        JsonNode dashboard = Dashboards.read(file);
        Set<Integer> ids = new HashSet<>();
        Set<String> squares = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(ids.add(panel.path("id").asInt())).as("%s", panel.path("title")).isTrue();
            JsonNode at = panel.path("gridPos");
            for (int x = at.path("x").asInt();
                    x < at.path("x").asInt() + at.path("w").asInt();
                    x++) {
                for (int y = at.path("y").asInt();
                        y < at.path("y").asInt() + at.path("h").asInt();
                        y++) {
                    assertThat(squares.add(x + "," + y))
                            .as("%s overlaps another", panel.path("title"))
                            .isTrue();
                }
            }
            assertThat(panel.path("type").asText().equals("row") || panel.has("description"))
                    .as("%s says what it shows", panel.path("title"))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyQueryIsOneThatPrometheusUnderstands(Path file) throws IOException {
        Script unpacked = Script.run("scripts/prometheus");
        Assumptions.assumeFalse(unpacked.status() == Script.SKIPPED, unpacked.last());
        StringBuilder rules = new StringBuilder("groups: [{name: queries, rules: [\n");
        for (Dashboards.Query query : Dashboards.queries(file)) {
            rules.append("{record: any, expr: '")
                    .append(Dashboards.substituted(query.expression(), "ns", "jar", "edge"))
                    .append("'},\n");
        }
        Path made = folder.resolve("rules.yaml");
        Files.writeString(made, rules.append("]}]\n"));

        Script check =
                Script.run(
                        Path.of(unpacked.last()).resolve("promtool").toString(),
                        "check",
                        "rules",
                        made.toString());

        assertThat(check.status()).as("%s", check.output()).isZero();
    }

    @ParameterizedTest
    @MethodSource("files")
    void asksOnlyForMetricsThatAreDocumentedAndRulesThatExist(Path file) throws IOException {
        List<String> known = MetricNames.known();

        assertThat(Dashboards.queries(file))
                .allSatisfy(
                        q ->
                                assertThat(known)
                                        .as(q.where())
                                        .containsAll(MetricNames.in(q.expression())));
    }
}
