package io.brainmatrix.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.operator.recovery.LastWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator's side of {@code contracts/termination-message.json}. */
class LastWordsContractTest {
    @Test
    void readsWhatAPodLeft() throws IOException {
        String agreed = Files.readString(Path.of("../contracts/termination-message.json"));

        LastWords words = PodReader.parse(agreed + " ".repeat(2000));

        assertThat(words.phase()).contains("Loading");
        assertThat(words.reason()).contains("LoadAborted");
        assertThat(words.message()).get().asString().startsWith("the load's projection 560Mi");
        assertThat(words.engine()).contains("load_tensors: CPU model buffer size = 297.45 MiB");
        assertThat(words.peak()).isEqualTo(OptionalLong.of(498073600));
        assertThat(words.bootId()).contains("6f2c8a3e-0000-4000-8000-000000000001");
        assertThat(words.looks())
                .isEqualTo(
                        List.of(
                                new LastWords.Look(
                                        Instant.parse("2026-01-01T00:00:04.25Z"),
                                        498073600,
                                        8589934592L),
                                new LastWords.Look(
                                        Instant.parse("2026-01-01T00:00:04.2Z"),
                                        471859200,
                                        8615100416L)));
    }

    /** Cut by a kernel that ran out of disk, another container's, or none at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "Killed",
                "[1,2]",
                "{\"phase\":\"Serv",
                "{\"phase\":7,\"lastSamples\":\"none\"}",
                "{\"lastSamples\":[{\"at\":\"yesterday\",\"used\":1},{\"used\":2},3]}"
            })
    void nonsenseTellsNothing(String message) {
        LastWords words = PodReader.parse(message);

        assertThat(words).isEqualTo(LastWords.none());
        assertThat(words.phase()).isEqualTo(Optional.empty());
    }
}
