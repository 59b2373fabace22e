package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A model that is not what it should be is no death: R8, R11. One that is not there at all: {@link
 * ModelArrivesE2E}.
 */
@Tag("cluster")
@ExtendWith(Installation.class)
class FaultyModelE2E {
    private static final String MATRIX = "faulty";
    private static final String FILE = "faulty.gguf";
    private static final String OTHER = "faulty-other.gguf";

    /** In the first ten seconds; a loop without a delay would make one in two seconds. */
    private static final int MOST_PODS = 4;

    private final Cluster cluster;
    private final World world = new World();
    private final Path good = Models.chain(Models.TINY_MIB);

    FaultyModelE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void aTruncatedFileAndAWrongDigestAreSaidAndCorrectingThemIsEnough() {
        world.place(Models.truncated(Models.TINY_MIB), FILE);
        world.place(good, OTHER);
        try (ClusterUser truncated = new ClusterUser(cluster, "e2e-truncated");
                ClusterUser digest = new ClusterUser(cluster, "e2e-digest");
                PodHistory ofTruncated = new PodHistory(cluster, truncated.namespace());
                PodHistory ofDigest = new PodHistory(cluster, digest.namespace())) {
            truncated.apply(matrix());
            digest.apply(matrix().withDigest(World.hostPath(OTHER), "0".repeat(64)));
            said(truncated, Reason.ModelInvalid, FILE);
            said(digest, Reason.DigestMismatch, OTHER);
            Await.during(
                    cluster,
                    "no restart loop",
                    Duration.ofSeconds(10),
                    () ->
                            assertThat(List.of(ofTruncated.names(), ofDigest.names()))
                                    .allSatisfy(
                                            pods ->
                                                    assertThat(pods)
                                                            .hasSizeLessThanOrEqualTo(MOST_PODS)));

            world.place(good, FILE);
            digest.apply(matrix().withDigest(World.hostPath(OTHER), Models.sha256(good)));
            for (ClusterUser user : List.of(truncated, digest)) {
                user.awaitReady(MATRIX, "subject");
                assertThat(user.deaths(MATRIX, "subject")).isZero();
            }
        }
    }

    @Test
    void aFileReplacedUnderItsPathIsSaidAndRefusedWhereADigestIsDeclared() {
        world.place(good, FILE);
        try (ClusterUser user = new ClusterUser(cluster, "e2e-replaced")) {
            user.apply(matrix());
            user.awaitReady(MATRIX, "subject");

            world.place(Models.chain(2 * Models.TINY_MIB), FILE);
            world.kill(user.podOf(MATRIX, "subject"));

            Await.until(
                    cluster,
                    "the next life says so",
                    () ->
                            assertThat(user.events())
                                    .anyMatch(e -> "ModelChanged".equals(e.getReason())));
            user.awaitReady(MATRIX, "subject");
            user.apply(matrix().withDigest(World.hostPath(FILE), Models.sha256(good)));
            user.awaitReason(MATRIX, "subject", Reason.DigestMismatch);
        }
    }

    private static void said(ClusterUser user, Reason reason, String file) {
        user.awaitReason(MATRIX, "subject", reason);
        assertThat(user.status(MATRIX, "subject").message()).contains(file);
        assertThat(user.deaths(MATRIX, "subject")).isZero();
    }

    private static Matrix matrix() {
        return Matrix.on(MATRIX, World.hostPath(FILE))
                .instance("name: subject, budget: {ram: 256Mi}");
    }
}
