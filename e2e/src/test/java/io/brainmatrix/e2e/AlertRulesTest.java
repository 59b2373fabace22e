package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The chart's rules, Prometheus's judgement of them, and the runbook. */
class AlertRulesTest {
    static final Path RULES = Cluster.ROOT.resolve("helm/brainmatrix/rules/brainmatrix.rules.yaml");

    private static final Path TESTS =
            Cluster.ROOT.resolve("deploy/prometheus/brainmatrix.tests.yaml");
    private static final Path RUNBOOK = Cluster.ROOT.resolve("docs/runbook.md");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private static List<JsonNode> alerts() throws IOException {
        List<JsonNode> alerts = new ArrayList<>();
        for (JsonNode group : YAML.readTree(Files.readString(RULES)).path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                if (rule.has("alert")) {
                    alerts.add(rule);
                }
            }
        }
        return alerts;
    }

    private static List<String> names() throws IOException {
        return alerts().stream().map(a -> a.path("alert").asText()).toList();
    }

    @Test
    void prometheusFindsThemSoundAndTheirTestsPass() {
        Script unpacked = Script.run("scripts/prometheus");
        Assumptions.assumeFalse(unpacked.status() == Script.SKIPPED, unpacked.last());
        String promtool = Path.of(unpacked.last()).resolve("promtool").toString();

        Script check = Script.run(promtool, "check", "rules", RULES.toAbsolutePath().toString());
        assertThat(check.status()).as("%s", check.output()).isZero();
        Script test = Script.run(promtool, "test", "rules", TESTS.toAbsolutePath().toString());
        assertThat(test.status()).as("%s", test.output()).isZero();
    }

    @Test
    void eachIsTestedFiringAndNotFiring() throws IOException {
        JsonNode tests = YAML.readTree(Files.readString(TESTS)).path("tests");
        for (String alert : names()) {
            assertThat(tests)
                    .as(alert)
                    .filteredOn(t -> t.path("name").asText().equals(alert + " fires"))
                    .singleElement()
                    .satisfies(
                            t ->
                                    assertThat(
                                                    t.at("/promql_expr_test/0/exp_samples/0/labels")
                                                            .asText())
                                            .contains("alertname=\"" + alert + "\""));
            assertThat(tests)
                    .as(alert)
                    .filteredOn(t -> t.path("name").asText().equals(alert + " stays silent"))
                    .singleElement()
                    .satisfies(t -> assertThat(t.at("/promql_expr_test/0/exp_samples")).isEmpty());
        }
    }

    @Test
    void theRunbookHasAnEntryForEachAndForNoOther() throws IOException {
        String runbook = Files.readString(RUNBOOK);
        List<String> entries =
                Pattern.compile("^## (.*)$", Pattern.MULTILINE)
                        .matcher(runbook)
                        .results()
                        .map(m -> m.group(1))
                        .toList();

        assertThat(entries).containsExactlyElementsOf(names());
        for (String entry : runbook.split("\n## ", -1)) {
            if (entry.startsWith("BrainMatrix")) {
                assertThat(entry).contains("\n**Means** ", "\n**Look** ", "\n**Do** ");
            }
        }
    }

    @Test
    void eachSaysHowBadItIsAndWhereItsEntryIs() throws IOException {
        assertThat(alerts())
                .allSatisfy(
                        alert -> {
                            String name = alert.path("alert").asText();
                            assertThat(alert.at("/labels/severity").asText())
                                    .isIn("warning", "critical");
                            assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
                            assertThat(alert.at("/annotations/runbook").asText())
                                    .isEqualTo("docs/runbook.md#" + name.toLowerCase(Locale.ROOT));
                        });
    }

    @Test
    void theyAskOnlyForMetricsThatAreDocumented() throws IOException {
        assertThat(MetricNames.known()).containsAll(MetricNames.in(expressions()));
    }

    private static String expressions() throws IOException {
        StringBuilder all = new StringBuilder();
        for (JsonNode group : YAML.readTree(Files.readString(RULES)).path("groups")) {
            group.path("rules").forEach(r -> all.append(r.path("expr").asText()).append('\n'));
        }
        return all.toString();
    }
}
