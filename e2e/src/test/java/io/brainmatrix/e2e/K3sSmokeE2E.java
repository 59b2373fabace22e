package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.ImageArchives;
import io.brainmatrix.quickstart.InferenceImage;
import io.brainmatrix.quickstart.ModelOnClaim;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/** The chart and the images on a K3s as it comes out of its box. */
@Tag("docker")
class K3sSmokeE2E {
    private static final DockerImageName K3S = DockerImageName.parse("rancher/k3s:v1.34.4-k3s1");
    private static final String MATRIX = "smoke";

    @Test
    void aMatrixOnAClaimComesUpAndAnswers() throws IOException {
        try (K3sContainer k3s = new K3sContainer(K3S)) {
            k3s.start();
            for (Path archive : ImageArchives.below(Cluster.ROOT)) {
                ImageArchives.load(archive, k3s);
            }
            try (Cluster cluster = Cluster.of(k3s.getKubeConfigYaml(), Map.of())) {
                cluster.install();
                try (ClusterUser user = new ClusterUser(cluster, "e2e-smoke")) {
                    String image = InferenceImage.of(cluster.client(), Chart.NAMESPACE);
                    new ModelOnClaim(user.namespace(), image, Models.TINY_MIB)
                            .make(cluster.client());
                    user.apply(onClaim().instance("name: subject, budget: {ram: 256Mi}"));
                    user.awaitReady(MATRIX, "subject");

                    assertThat(user.<String>talk(MATRIX, "subject", c -> c.chat("say it", 4)))
                            .isNotBlank();
                }
            }
        }
    }

    private static Matrix onClaim() {
        String model =
                "{persistentVolumeClaim: {claimName: %s, path: %s}}"
                        .formatted(ModelOnClaim.CLAIM, ModelOnClaim.FILE);
        return new Matrix(MATRIX, model, List.of(), List.of());
    }
}
