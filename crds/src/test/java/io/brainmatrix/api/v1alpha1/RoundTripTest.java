package io.brainmatrix.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {
    private static final Path CASES = Path.of("src/test/resources/brainmatrix");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Instant WHEN = Instant.parse("2026-01-01T00:00:00Z");

    static Stream<Path> valid() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            return files
                    .filter(f -> f.getFileName().toString().startsWith("valid-"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("valid")
    void aSpecSurvivesReadingAndWriting(Path file) throws IOException {
        BrainMatrix read = Serialization.unmarshal(Files.readString(file), BrainMatrix.class);

        String written = Serialization.asJson(read);
        BrainMatrix again = Serialization.unmarshal(written, BrainMatrix.class);

        // As text: an empty list is as good as none.
        assertThat(Serialization.asJson(again)).isEqualTo(written);
        assertThat(again.getSpec().instances()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"smallest", "everything"})
    void writesExactlyTheFieldsOfTheFile(String name) throws IOException {
        String file = Files.readString(CASES.resolve("valid-" + name + ".yaml"));
        BrainMatrix read = Serialization.unmarshal(file, BrainMatrix.class);

        JsonNode written = JSON.readTree(Serialization.asJson(read)).get("spec");

        assertThat(written).isEqualTo(YAML.readTree(file).get("spec"));
        assertThat(Serialization.unmarshal(Serialization.asJson(read), BrainMatrix.class).getSpec())
                .isEqualTo(read.getSpec());
    }

    @Test
    void aFieldOfALaterVersionIsIgnored() {
        String later =
                """
                {"spec": {"later": 1, "instances": [{"name": "a", "budget": {"ram": "1Gi", "gpu": "1Gi"}}]},
                 "status": {"later": 1, "instances": [{"name": "a", "later": {}}]}}
                """;

        BrainMatrix matrix = Serialization.unmarshal(later, BrainMatrix.class);

        assertThat(matrix.getSpec().instances()).hasSize(1);
        assertThat(matrix.getStatus().instances()).hasSize(1);
    }

    @Test
    void aStatusSurvivesReadingAndWriting() {
        Condition ready =
                new Condition("Ready", ConditionStatus.False, "BackingOff", "why", WHEN, 7L);
        Crash crash =
                new Crash("uid", 2L, EndClass.OutOfMemory, 137, WHEN, "Serving", 9L, 10L, "last");
        InstanceStatus instance =
                new InstanceStatus(
                        "subject",
                        Phase.BackOff,
                        "node",
                        "pod",
                        2L,
                        "hash",
                        true,
                        List.of(ready),
                        Reason.BackingOff,
                        "why",
                        1,
                        new Crashes(
                                4L,
                                1,
                                2L,
                                Map.of("OutOfMemory", 4L, "ShedForNode", 2L),
                                List.of(crash)),
                        3,
                        WHEN,
                        List.of("elsewhere"),
                        new InstanceMemory(10L, 8L, 7L, 9L),
                        new GpuShare(5L, 4L, 20, 33),
                        "3f79",
                        new MindStatus(12, 2L));
        BrainMatrixStatus status =
                new BrainMatrixStatus(
                        7L,
                        "0/1",
                        Reason.WaitingForMemory,
                        3L,
                        12,
                        "orin",
                        List.of(ready),
                        List.of(instance));

        assertThat(again(status, BrainMatrixStatus.class)).isEqualTo(status);
    }

    @Test
    void aReadingSurvivesAndWhatIsAbsentStaysAbsent() {
        NodeMemoryStatus full =
                new NodeMemoryStatus(
                        WHEN,
                        "boot",
                        100L,
                        50L,
                        5L,
                        -3L,
                        "1s",
                        WHEN,
                        new MemoryPressure(0L, 0L),
                        new SwapUse(1L, 2L, 3L, 4L),
                        true,
                        new GpuMemory("nvml", 9L, 8L),
                        new Temperature("cpu-thermal", 51_000L, 75_000L),
                        new OomKills(3L, List.of(WHEN)),
                        List.of(
                                new PodMemory(
                                        "uid",
                                        "Serving",
                                        1L,
                                        2L,
                                        3L,
                                        4L,
                                        5L,
                                        WHEN,
                                        WHEN,
                                        true,
                                        new GpuShare(null, 4L, 20, 33),
                                        new PodSwap(6L, 7L),
                                        "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea",
                                        new MindStatus(0, 0L))));
        NodeMemoryStatus bare =
                new NodeMemoryStatus(
                        null, null, null, null, null, null, null, null, null, null, null, null,
                        null, null, List.of());

        assertThat(again(full, NodeMemoryStatus.class)).isEqualTo(full);
        assertThat(again(bare, NodeMemoryStatus.class)).isEqualTo(bare);
        assertThat(Serialization.asJson(bare)).isEqualTo("{}");
    }

    private static <T> T again(T object, Class<T> type) {
        return Serialization.unmarshal(Serialization.asJson(object), type);
    }
}
