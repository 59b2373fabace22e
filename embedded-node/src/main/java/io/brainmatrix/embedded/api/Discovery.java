package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is served, as clients discover it. Pure. */
final class Discovery {
    private static final List<String> VERBS =
            List.of("create", "delete", "get", "list", "patch", "update", "watch");

    private Discovery() {}

    /** The document at a path; empty where there is none. */
    static Optional<ObjectNode> at(String path, List<Kind> kinds) {
        return switch (path) {
            case "/version" ->
                    Optional.of(
                            node().put("major", "1")
                                    .put("minor", "34")
                                    .put("gitVersion", "v1.34.0+embedded")
                                    .put("platform", "linux"));
            case "/api" -> {
                ObjectNode versions = node().put("kind", "APIVersions");
                versions.putArray("versions").add("v1");
                yield Optional.of(versions);
            }
            case "/apis" -> Optional.of(groups(kinds));
            default -> resources(path, kinds);
        };
    }

    private static ObjectNode groups(List<Kind> kinds) {
        ObjectNode list = node().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        kinds.stream()
                .filter(k -> !k.group().isEmpty())
                .map(k -> k.group() + "/" + k.version())
                .distinct()
                .forEach(
                        groupVersion -> {
                            int slash = groupVersion.indexOf('/');
                            ObjectNode version =
                                    node().put("groupVersion", groupVersion)
                                            .put("version", groupVersion.substring(slash + 1));
                            ObjectNode group =
                                    groups.addObject()
                                            .put("name", groupVersion.substring(0, slash));
                            group.putArray("versions").add(version);
                            group.set("preferredVersion", version);
                        });
        return list;
    }

    private static Optional<ObjectNode> resources(String path, List<Kind> kinds) {
        String groupVersion =
                path.startsWith("/apis/")
                        ? path.substring("/apis/".length())
                        : path.equals("/api/v1") ? "v1" : "";
        List<Kind> served =
                kinds.stream().filter(k -> k.apiVersion().equals(groupVersion)).toList();
        if (served.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode list =
                node().put("kind", "APIResourceList")
                        .put("apiVersion", "v1")
                        .put("groupVersion", groupVersion);
        ArrayNode resources = list.putArray("resources");
        for (Kind kind : served) {
            ObjectNode resource =
                    resources
                            .addObject()
                            .put("name", kind.plural())
                            .put("singularName", kind.kind().toLowerCase(Locale.ROOT))
                            .put("namespaced", kind.namespaced())
                            .put("kind", kind.kind());
            VERBS.forEach(resource.putArray("verbs")::add);
            kind.shortNames().forEach(resource.putArray("shortNames")::add);
        }
        return Optional.of(list);
    }

    private static ObjectNode node() {
        return JsonNodeFactory.instance.objectNode();
    }
}
