package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One installed chart for all classes of a run, removed after the last. No class may bring the
 * agent or the operator to the end of its Java heap: the kubelet starts it again, later each time,
 * and what the class tests comes true all the same.
 */
final class Installation implements ParameterResolver, AfterAllCallback {
    private static final ExtensionContext.Namespace OURS =
            ExtensionContext.Namespace.create(Installation.class);

    /** The JVM's own, with {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int EXIT_ON_OUT_OF_MEMORY = 3;

    /** Closed by JUnit with the run. */
    private record Installed(Cluster cluster) implements AutoCloseable {
        static Installed now() {
            Cluster cluster = Cluster.named();
            Figures.note("chart installed and ready", Cluster.timed(cluster::install));
            return new Installed(cluster);
        }

        @Override
        public void close() {
            cluster.uninstall();
            cluster.close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Installed installed = context.getRoot().getStore(OURS).get(Cluster.class, Installed.class);
        if (installed != null) {
            assertThat(withoutHeap(installed.cluster()))
                    .as("containers of the chart that ended because their Java heap was full")
                    .isEmpty();
        }
    }

    private static List<String> withoutHeap(Cluster cluster) {
        return cluster.client().pods().inNamespace(Chart.NAMESPACE).list().getItems().stream()
                .filter(pod -> pod.getStatus().getContainerStatuses() != null)
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .filter(
                        c ->
                                c.getLastState().getTerminated() != null
                                        && c.getLastState().getTerminated().getExitCode()
                                                == EXIT_ON_OUT_OF_MEMORY)
                .map(ContainerStatus::getName)
                .toList();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .computeIfAbsent(Cluster.class, key -> Installed.now(), Installed.class)
                .cluster();
    }
}
