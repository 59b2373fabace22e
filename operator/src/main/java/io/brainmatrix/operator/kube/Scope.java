package io.brainmatrix.operator.kube;

import io.fabric8.kubernetes.client.dsl.AnyNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.Arrays;
import java.util.List;

/**
 * The namespaces whose matrices an operator looks after, and whose objects it may read: the chart's
 * {@code watchNamespaces}.
 *
 * @param namespaces each once; empty for all namespaces of the cluster
 */
public record Scope(List<String> namespaces) {
    public Scope {
        namespaces = namespaces.stream().distinct().toList();
    }

    /** All namespaces. */
    public static Scope everywhere() {
        return new Scope(List.of());
    }

    /** Reads names separated by commas; an empty text is all namespaces. */
    public static Scope parse(String text) {
        return new Scope(
                Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(n -> !n.isEmpty())
                        .toList());
    }

    /** Whom to ask for a kind: one for all namespaces, or one for each that is named. */
    public <T, L, R extends Resource<T>> List<AnyNamespaceOperation<T, L, R>> of(
            MixedOperation<T, L, R> kind) {
        return namespaces.isEmpty()
                ? List.of(kind.inAnyNamespace())
                : namespaces.stream()
                        .<AnyNamespaceOperation<T, L, R>>map(kind::inNamespace)
                        .toList();
    }

    /** Whether a namespace is looked after. */
    public boolean has(String namespace) {
        return namespaces.isEmpty() || namespaces.contains(namespace);
    }

    /**
     * Whether one watch tells of all objects of a kind: then it tells of them in the order of their
     * changes, and of several watches each may lag behind by itself.
     */
    public boolean hasOneWatch() {
        return namespaces.size() <= 1;
    }
}
