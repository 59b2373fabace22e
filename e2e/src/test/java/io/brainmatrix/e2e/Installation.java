package io.brainmatrix.e2e;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One installed chart for all classes of a run, removed after the last. */
final class Installation implements ParameterResolver {
    private static final ExtensionContext.Namespace OURS =
            ExtensionContext.Namespace.create(Installation.class);

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
