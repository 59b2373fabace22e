package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Reason;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClassBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A RuntimeClass is only on some nodes, as NVIDIA's is: placement goes by its own selector. */
@Tag("cluster")
@ExtendWith(Installation.class)
class RuntimeClassE2E {
    private static final String MATRIX = "classed";
    private static final String CLASS = "e2e-elsewhere";
    private static final String LABEL = "e2e.brainmatrix.io/runtime";

    private final Cluster cluster;
    private final World world = new World();

    RuntimeClassE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void aClassThatNoNodeHas() {
        world.place(Models.chain(Models.TINY_MIB), "classed.gguf");
        cluster.client()
                .resource(
                        new RuntimeClassBuilder()
                                .withNewMetadata()
                                .withName(CLASS)
                                .endMetadata()
                                .withHandler("runc")
                                .withNewScheduling()
                                .withNodeSelector(Map.of(LABEL, "yes"))
                                .endScheduling()
                                .build())
                .serverSideApply();
    }

    @AfterEach
    void gone() {
        label(null);
        cluster.client().resources(RuntimeClass.class).withName(CLASS).delete();
        world.remove("classed.gguf");
    }

    @Test
    void waitsForANodeThatHasItAndRunsThere() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-classed")) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("classed.gguf"))
                            .spec("placement: {runtimeClassName: " + CLASS + "}")
                            .instance("name: first, budget: {ram: 256Mi}"));
            user.awaitReason(MATRIX, "first", Reason.NoNodeFits);
            assertThat(user.status(MATRIX, "first").message())
                    .contains(cluster.node(), LABEL + "=yes");
            assertThat(user.pods()).isEmpty();

            label("yes");
            user.awaitReady(MATRIX, "first");
            assertThat(user.podOf(MATRIX, "first").getSpec().getRuntimeClassName())
                    .isEqualTo(CLASS);
        }
    }

    private void label(@Nullable String value) {
        String json = value == null ? "null" : "\"" + value + "\"";
        cluster.patchNode("{\"metadata\": {\"labels\": {\"%s\": %s}}}".formatted(LABEL, json));
    }
}
