package io.brainmatrix.embedded.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which objects a path names.
 *
 * @param namespace empty for all of them, or of a kind that has none
 * @param name empty for a collection
 * @param subresource empty for the object itself
 */
record Route(
        String group,
        String version,
        String namespace,
        String plural,
        String name,
        String subresource) {
    /** Reads a path such as {@code /apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL/NAME/status}. */
    static Optional<Route> of(String path) {
        List<String> parts = new ArrayList<>(List.of(path.substring(1).split("/", -1)));
        String root = parts.removeFirst();
        boolean core = root.equals("api") && parts.size() >= 2;
        boolean grouped = root.equals("apis") && parts.size() >= 3;
        if (!core && !grouped) {
            return Optional.empty();
        }
        String group = root.equals("apis") ? parts.removeFirst() : "";
        String version = parts.removeFirst();
        String namespace = "";
        boolean subresourceOfNamespace = parts.size() == 3 && parts.get(2).equals("status");
        if (parts.getFirst().equals("namespaces") && parts.size() >= 3 && !subresourceOfNamespace) {
            parts.removeFirst();
            namespace = parts.removeFirst();
        }
        if (parts.size() > 3 || parts.contains("")) {
            return Optional.empty();
        }
        return Optional.of(
                new Route(
                        group,
                        version,
                        namespace,
                        parts.get(0),
                        parts.size() > 1 ? parts.get(1) : "",
                        parts.size() > 2 ? parts.get(2) : ""));
    }
}
