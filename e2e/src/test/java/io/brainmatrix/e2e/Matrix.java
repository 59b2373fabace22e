package io.brainmatrix.e2e;

import java.util.ArrayList;
import java.util.List;

/**
 * A matrix as a user writes it.
 *
 * @param spec lines of the spec beside the instances
 * @param instances lines of {@code spec.instances}
 */
record Matrix(String name, String model, List<String> spec, List<String> instances) {
    Matrix {
        spec = List.copyOf(spec);
        instances = List.copyOf(instances);
    }

    /** A matrix whose instances share a model on the node. */
    static Matrix on(String name, String hostPath) {
        return new Matrix(name, "{hostPath: " + hostPath + "}", List.of(), List.of());
    }

    /** The same, with the model's digest to be checked. */
    Matrix withDigest(String hostPath, String sha256) {
        return new Matrix(
                name, "{hostPath: %s, sha256: %s}".formatted(hostPath, sha256), spec, instances);
    }

    /** One more line of the spec, such as {@code recovery: {backoff: [3s]}}. */
    Matrix spec(String line) {
        return new Matrix(name, model, plus(spec, line), instances);
    }

    /** One more instance, in YAML's flow style without the braces. */
    Matrix instance(String flow) {
        return new Matrix(name, model, spec, plus(instances, "- {" + flow + "}"));
    }

    String yaml(String namespace) {
        return """
        apiVersion: brainmatrix.io/v1alpha1
        kind: BrainMatrix
        metadata: {name: %s, namespace: %s}
        spec:
          model: %s
        %s  instances:
        %s\
        """
                .formatted(name, namespace, model, lines(spec), lines(instances));
    }

    private static String lines(List<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }

    private static List<String> plus(List<String> list, String one) {
        List<String> longer = new ArrayList<>(list);
        longer.add(one);
        return longer;
    }
}
