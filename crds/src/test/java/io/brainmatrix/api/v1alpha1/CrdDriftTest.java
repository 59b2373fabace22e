package io.brainmatrix.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrdDriftTest {
    @ParameterizedTest
    @ValueSource(strings = {"brainmatrices", "nodememories"})
    void theCommittedDefinitionIsWhatTheRecordsSay(String plural) throws IOException {
        String name = plural + ".brainmatrix.io-v1.yml";
        Path committed = Path.of(name);
        String now = CrdFinisher.finish(Path.of("target/crds", name));
        if (Boolean.getBoolean("brainmatrix.crds.write")) {
            Files.writeString(committed, now);
            Files.writeString(Path.of("../helm/brainmatrix/crds", name), now);
        }
        assertThat(committed).as("run `make crds` and commit").content().isEqualTo(now);
        assertThat(Path.of("../helm/brainmatrix/crds", name))
                .as("the chart's copy; run `make crds` and commit")
                .content()
                .isEqualTo(now);
    }
}
