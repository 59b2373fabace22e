package io.brainmatrix.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/metrics.md says what the code has; {@code -Dbrainmatrix.docs.write=true} makes it so. */
class MetricsCatalogueTest {
    private static final Path DOCUMENT = Path.of("../docs/metrics.md");
    private static final String SECTION = "## Operator\n";

    @Test
    void theOperatorsTableIsItsMeters() throws IOException {
        List<String> rows = Arrays.stream(Meter.values()).map(Meter::row).toList();
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
    void namesEndAsPrometheusWantsThem() {
        for (Meter meter : Meter.values()) {
            assertThat(meter.metric().endsWith("_total"))
                    .as(meter.metric())
                    .isEqualTo(meter.kind() == Meter.Kind.COUNTER);
            assertThat(meter.metric()).matches("brainmatrix_[a-z_]+");
        }
    }
}
