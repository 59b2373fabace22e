package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import org.jspecify.annotations.Nullable;

/** What a person sets on a node to be kept free there. */
final class NodeReserve {
    private static final String ANNOTATION = "brainmatrix.io/reserve";

    private NodeReserve() {}

    /** Sets it; returns once the node's agent tells it. */
    static void set(Cluster cluster, long bytes) {
        annotate(cluster, Long.toString(bytes));
        // An agent reads it anew each minute, and at its start.
        cluster.client()
                .pods()
                .inNamespace(Chart.NAMESPACE)
                .withLabel("app.kubernetes.io/component", "node-agent")
                .delete();
        Await.until(
                cluster,
                "the node's reserve is told",
                () -> assertThat(cluster.reading().reserve()).isEqualTo(bytes));
    }

    /** Takes it back, for whoever reads it next. */
    static void reset(Cluster cluster) {
        annotate(cluster, null);
    }

    private static void annotate(Cluster cluster, @Nullable String value) {
        String json = value == null ? "null" : "\"" + value + "\"";
        cluster.patchNode(
                "{\"metadata\": {\"annotations\": {\"%s\": %s}}}".formatted(ANNOTATION, json));
    }
}
