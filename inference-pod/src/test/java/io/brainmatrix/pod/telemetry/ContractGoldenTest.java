package io.brainmatrix.pod.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.pod.lifecycle.ExitCode;
import io.brainmatrix.pod.lifecycle.InstanceConfig;
import io.brainmatrix.pod.lifecycle.Phase;
import io.brainmatrix.pod.lifecycle.Refusal;
import io.brainmatrix.pod.memory.MemorySample;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.mind.MindConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContractGoldenTest {
    private static final Path CONTRACTS =
            Path.of(System.getProperty("brainmatrix.root", ".."), "contracts");
    private static final ObjectMapper JSON = new ObjectMapper();

    private static String golden(String name) throws IOException {
        return Files.readString(CONTRACTS.resolve(name));
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text);
    }

    @Test
    void theOperatorsConfigurationIsUnderstood() throws IOException, Refusal {
        InstanceConfig config = InstanceConfig.parse(golden("instance.json"));

        assertThat(config.budget().ram()).isEqualTo(536870912);
        assertThat(config.budget().gpu()).isEqualTo(1073741824L);
        assertThat(config.engine().gpuLayers()).isEqualTo(12);
        assertThat(config.model().path()).isEqualTo("/models/chain.gguf");
        assertThat(config.engine().contextLength()).isEqualTo(2048);
        assertThat(config.engine().cacheTypeK()).isEqualTo("f16");
        assertThat(config.engine().cacheTypeV()).isEqualTo("q8_0");
        assertThat(config.engine().flashAttention()).isTrue();
        assertThat(config.engine().silence()).contains(Duration.ofSeconds(90));
        assertThat(config.life()).isEqualTo(3);
        assertThat(config.priority()).isEqualTo(10);
        assertThat(config.nodeReserve()).isEqualTo(536870912L);
        assertThat(config.mind())
                .isEqualTo(
                        new MindConfig(
                                "You are ${instance}, and ${mood}.",
                                "inline",
                                Map.of("mood", "calm"),
                                List.of(),
                                "PT2S",
                                64,
                                7,
                                0,
                                25,
                                new MindConfig.Shares(40, 5, 5, 0, 50),
                                true,
                                "http://brainmatrix-chronicle.brainmatrix-system",
                                new MindConfig.LastDeath("Killed", 2, "2026-01-01T00:00:00Z")));
    }

    @Test
    void oneWithoutAMindOnlyAnswers() throws IOException, Refusal {
        String text = golden("instance.json");

        assertThat(
                        InstanceConfig.parse(text.substring(0, text.indexOf(",\n  \"mind\"")) + "}")
                                .mind())
                .isNull();
    }

    /** What an operator of before says: no flash attention, and values in f16. */
    @Test
    void flashAttentionIsOffUnlessAskedFor() throws IOException, Refusal {
        String older =
                golden("instance.json")
                        .replace(", \"flashAttention\": true", "")
                        .replace("\"cacheTypeV\": \"q8_0\"", "\"cacheTypeV\": \"f16\"");

        assertThat(InstanceConfig.parse(older).engine().flashAttention()).isFalse();
    }

    @ParameterizedTest(name = "{0} as {1}: {2}")
    @CsvSource({
        "'\"PT1M30S\"', '\"90s\"', must be a positive duration",
        "'\"PT1M30S\"', '\"PT0S\"', must be a positive duration",
        "'\"flashAttention\": true', '\"flashAttention\": false', needs flashAttention",
        "'\"cacheTypeV\": \"q8_0\"', '\"cacheTypeV\": \"q9\"', must be types of a cache",
        "'\"cacheTypeK\": \"f16\"', '\"cacheTypeK\": \"F16\"', must be types of a cache",
        "'\"threads\": 2', '\"threads\": 0', threads must be at least 1",
        "'\"contextLength\": 2048', '\"contextLength\": 32', at least 64",
        "'\"contextLength\": 2048', '\"contextLength\": 64', less than the context of a request",
        "'\"interval\": \"PT2S\"', '\"interval\": \"2s\"', must be a duration",
        "'\"enginePercent\": 25', '\"enginePercent\": 101', must be from 0 to 100",
        "'\"thoughts\": 50', '\"thoughts\": 51', at most 100 together",
    })
    void anEngineThatWouldNotRunIsAWrongConfiguration(String agreed, String instead, String reason)
            throws IOException {
        String wrong = golden("instance.json").replace(agreed, instead);

        assertThatThrownBy(() -> InstanceConfig.parse(wrong))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.code()).isEqualTo(ExitCode.Configuration))
                .hasMessageContaining(reason);
    }

    @Test
    void theStatusIsWrittenAsAgreed() throws IOException, Refusal {
        PodState state =
                new PodState(
                        Phase.Serving,
                        536870912L,
                        350224384L,
                        331350016L,
                        Instant.parse("2026-01-01T00:00:01.123456Z"),
                        Instant.parse("2026-01-01T00:00:06.654321Z"),
                        1.0,
                        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                        new PodState.Gpu(901775360L, 12, 17),
                        "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea");

        String written =
                StatusReport.status(
                        InstanceConfig.parse(golden("instance.json")),
                        state,
                        331350016,
                        335544320,
                        Rung.Free,
                        new StatusReport.Swap(8388608, 1048576),
                        new StatusReport.Thinking(12, 2),
                        Duration.ofMillis(12500));

        assertThat(json(written)).isEqualTo(json(golden("status.json")));
    }

    @Test
    void theTerminationMessageIsWrittenAsAgreed() throws IOException {
        PodState state =
                new PodState(
                        Phase.Loading,
                        536870912L,
                        350224384L,
                        null,
                        Instant.parse("2026-01-01T00:00:01.123456Z"),
                        null,
                        0.5,
                        null,
                        null,
                        null);
        JsonNode agreed = json(golden("termination-message.json"));

        String written =
                StatusReport.termination(
                        3,
                        "6f2c8a3e-0000-4000-8000-000000000001",
                        state,
                        List.of(
                                new MemorySample(
                                        Instant.parse("2026-01-01T00:00:04.200000Z"),
                                        0,
                                        471859200,
                                        8615100416L),
                                new MemorySample(
                                        Instant.parse("2026-01-01T00:00:04.250000Z"),
                                        50_000_000,
                                        498073600,
                                        8589934592L)),
                        498073600L,
                        null,
                        Duration.ofMillis(4250),
                        "load_tensors: CPU model buffer size = 297.45 MiB",
                        new StatusReport.Ending(
                                "LoadAborted", agreed.path("message").asText(), 30));

        assertThat(withoutSamples(written)).isEqualTo(withoutSamples(agreed.toString()));
        assertThat(json(written).at("/lastSamples/0/used").asLong()).isEqualTo(498073600);
    }

    /** Times with trailing zeros are written shorter. */
    private static JsonNode withoutSamples(String text) throws IOException {
        JsonNode node = json(text);
        ((com.fasterxml.jackson.databind.node.ObjectNode) node).remove("lastSamples");
        return node;
    }

    @Test
    void r10TheBlackBoxIsAlwaysWholeAndOfOneLength(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("termination-log");
        try (BlackBox box = BlackBox.open(file)) {
            box.write("{\"phase\":\"" + "x".repeat(200) + "\"}");
            box.write("{\"phase\":\"Loading\"}");
        }

        assertThat(Files.size(file)).isEqualTo(BlackBox.BYTES);
        assertThat(json(Files.readString(file).strip()).path("phase").asText())
                .isEqualTo("Loading");
    }
}
