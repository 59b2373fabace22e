package io.brainmatrix.embedded.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodPathsTest {
    private final PodPaths paths = new PodPaths(Map.of("/models", Path.of("/srv/m")));

    @Test
    void aPathBelowAMountIsWhereItLiesHere() {
        assertThat(paths.here("/models/a.gguf")).isEqualTo("/srv/m/a.gguf");
        assertThat(paths.here("/models")).isEqualTo("/srv/m");
        assertThat(paths.here("/modelsother/a")).isEqualTo("/modelsother/a");
        assertThat(paths.here("a /models/a")).isEqualTo("a /models/a");
    }

    @Test
    void textsOfAJsonDocumentToo() {
        assertThat(
                        paths.here(
                                "{\"model\":{\"path\":\"/models/a\",\"source\":\"hostPath /models/a\"},\"n\":[1,\"/models/b\"]}"))
                .isEqualTo(
                        "{\"model\":{\"path\":\"/srv/m/a\",\"source\":\"hostPath /models/a\"},\"n\":[1,\"/srv/m/b\"]}");
        assertThat(paths.here("{no JSON")).isEqualTo("{no JSON");
    }
}
