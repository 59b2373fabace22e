package io.brainmatrix.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The documents say what the API has. */
class DocumentationTest {
    private static final Path DOCS = Path.of("../docs/api");

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyReasonHasItsRow(Reason reason) throws IOException {
        assertThat(section("## Reasons")).contains("\n| `" + reason + "` | ");
    }

    @ParameterizedTest
    @EnumSource(EndClass.class)
    void everyEndHasItsRow(EndClass end) throws IOException {
        assertThat(section("## Ends of a life")).contains("\n| `" + end + "` | ");
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void everyPhaseIsInTheDiagram(Phase phase) throws IOException {
        assertThat(section("## Phases")).contains("--> " + phase);
    }

    @Test
    void theExampleIsTheFileThatIsTested() throws IOException {
        String example =
                Files.readString(Path.of("../deploy/examples/glass-jar.yaml"))
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .collect(Collectors.joining("\n"));

        assertThat(Files.readString(DOCS.resolve("brainmatrix.md"))).contains(example);
        BrainMatrix matrix = Serialization.unmarshal(example, BrainMatrix.class);
        assertThat(matrix.getSpec().instances())
                .extracting(Instance::name, Instance::role)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("subject", Role.Subject),
                        org.assertj.core.groups.Tuple.tuple("observer", Role.Observer),
                        org.assertj.core.groups.Tuple.tuple("god", Role.God));
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(
            classes = {NodeMemorySpec.class, NodeMemoryStatus.class})
    void everyFieldOfNodeMemoryIsNamed(Class<? extends Record> type) throws IOException {
        String text = Files.readString(DOCS.resolve("nodememory.md"));
        for (var field : type.getRecordComponents()) {
            assertThat(text).contains("`" + field.getName());
        }
    }

    private static String section(String title) throws IOException {
        String text = Files.readString(DOCS.resolve("brainmatrix.md"));
        int start = text.indexOf(title + "\n");
        assertThat(start).as(title).isNotNegative();
        int end = text.indexOf("\n## ", start + title.length());
        return text.substring(start, end < 0 ? text.length() : end);
    }
}
