package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import java.nio.file.Path;
import java.time.Duration;
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

    /** In the first ten seconds; a loop without a delay would make one in two seconds. */
    private static final int MOST_PODS = 4;

    private final Cluster cluster;
    private final World world = new World();
    private final Path good = Models.chain(Models.TINY_MIB);

    FaultyModelE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void aTruncatedFileIsSaidAndReplacingItIsEnough() {
        world.place(Models.truncated(Models.TINY_MIB), FILE);
        mended(Reason.ModelInvalid, matrix(), () -> world.place(good, FILE));
    }

    @Test
    void aWrongDigestIsSaidAndCorrectingItIsEnough() {
        world.place(good, FILE);
        Matrix wrong = matrix().withDigest(World.hostPath(FILE), "0".repeat(64));
        Matrix right = matrix().withDigest(World.hostPath(FILE), Models.sha256(good));
        try (ClusterUser user = new ClusterUser(cluster, "e2e-digest")) {
            faulty(user, Reason.DigestMismatch, wrong);
            user.apply(right);
            back(user);
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

    private void mended(Reason reason, Matrix matrix, Runnable mend) {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-faulty")) {
            faulty(user, reason, matrix);
            mend.run();
            back(user);
        }
    }

    private void faulty(ClusterUser user, Reason reason, Matrix matrix) {
        try (PodHistory pods = new PodHistory(cluster, user.namespace())) {
            user.apply(matrix);
            user.awaitReason(MATRIX, "subject", reason);
            assertThat(user.status(MATRIX, "subject").message()).contains(FILE);
            Await.during(
                    cluster,
                    "no restart loop",
                    Duration.ofSeconds(10),
                    () -> assertThat(pods.names()).hasSizeLessThanOrEqualTo(MOST_PODS));
            assertThat(user.deaths(MATRIX, "subject")).isZero();
        }
    }

    private void back(ClusterUser user) {
        user.awaitReady(MATRIX, "subject");
        assertThat(user.deaths(MATRIX, "subject")).isZero();
    }

    private static Matrix matrix() {
        return Matrix.on(MATRIX, World.hostPath(FILE))
                .instance("name: subject, budget: {ram: 256Mi}");
    }
}
