package io.brainmatrix.pod.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineLineTest {
    @TempDir Path folder;

    /** As build 4916 writes them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "slot update_slots: id  0 | task 29 | kv cache rm [2, end) > slot update_slots: id 0 | task 29 | kv cache rm [2, end)",
                "slot      release: id  0 | task 33 | stop processing: n_past = 4, truncated = 0 > slot release: id 0 | task 33 | stop processing: n_past = 4, truncated = 0",
                "srv  update_slots: all slots are idle > srv update_slots: all slots are idle",
                "load_tensors:          CPU model buffer size =   297.45 MiB > load_tensors: CPU model buffer size = 297.45 MiB",
                "load_tensors: loading model tensors, this can take a while... (mmap = false) > load_tensors: loading model tensors, this can take a while... (mmap = false)",
                "llama_decode: failed to decode, ret = -3 > llama_decode: failed to decode, ret = -3",
                "decode: failed to find free space in the KV cache > decode: failed to find free space in the KV cache",
            })
    void whatItWasDoingIsTold(String line, String told) throws IOException {
        assertThat(lastOf("build: 4916\n" + line + "\nset_embeddings: value = 0\n"))
                .isEqualTo(told);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "set_embeddings: value = 0\nclear_adapter_lora: call\n",
                "You are a helpful assistant\nuser: slot machine\n",
                "llama_model_loader: - kv  16: tokenizer.ggml.tokens arr[str,1024]\n",
                "llama_model_loader: loaded meta data from /models/a's.gguf\n",
                "srv    load_model: loading model '/models/secret.gguf'\n",
                "srv  update_slots: said \"something\"\n",
                "srv  update_slots: not whole yet",
                "\0\0\0\0",
            })
    void whatIsNotOfAKnownShapeIsNot(String log) throws IOException {
        assertThat(lastOf(log)).isNull();
    }

    @Test
    void itIsBounded() throws IOException {
        String line = "srv  update_slots: " + "x".repeat(1000) + "\n";

        assertThat(lastOf(line.repeat(10_000))).hasSize(EngineLine.CHARS);
    }

    @Test
    void aLogThatIsNotThereTellsNothing() {
        assertThat(new EngineLine(folder.resolve("none")).last()).isEmpty();
    }

    private @Nullable String lastOf(String text) throws IOException {
        Path log = Files.writeString(folder.resolve("engine.log"), text);
        return new EngineLine(log).last().orElse(null);
    }
}
