package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What the server itself keeps in an object's metadata. */
final class Metadata {
    /** Only the server writes these; whoever sends others is not heard. */
    private static final List<String> SERVER_OWNED =
            List.of(
                    "name",
                    "namespace",
                    "uid",
                    "creationTimestamp",
                    "deletionTimestamp",
                    "deletionGracePeriodSeconds",
                    "generation");

    private Metadata() {}

    static ObjectNode of(ObjectNode object) {
        return object.withObject("/metadata");
    }

    static String name(JsonNode object) {
        return object.at("/metadata/name").asText("");
    }

    static String namespace(JsonNode object) {
        return object.at("/metadata/namespace").asText("");
    }

    static String uid(JsonNode object) {
        return object.at("/metadata/uid").asText("");
    }

    static String version(JsonNode object) {
        return object.at("/metadata/resourceVersion").asText("");
    }

    static boolean deleting(JsonNode object) {
        return object.at("/metadata/deletionTimestamp").isTextual();
    }

    /** Whether nothing keeps an object that is being deleted. */
    static boolean released(JsonNode object) {
        return deleting(object)
                && object.at("/metadata/finalizers").isEmpty()
                && object.at("/metadata/deletionGracePeriodSeconds").asLong(0) == 0;
    }

    /** Puts back what a writer may not change. */
    static void keep(ObjectNode wanted, ObjectNode before) {
        ObjectNode metadata = of(wanted);
        ObjectNode kept = of(before);
        for (String field : SERVER_OWNED) {
            if (kept.has(field)) {
                metadata.set(field, kept.get(field).deepCopy());
            } else {
                metadata.remove(field);
            }
        }
        metadata.set("resourceVersion", kept.path("resourceVersion"));
        metadata.remove("managedFields");
    }

    /** Whether an owner other than those that are gone is named, or none at all. */
    static boolean orphaned(JsonNode object, java.util.function.Predicate<String> lives) {
        JsonNode owners = object.at("/metadata/ownerReferences");
        if (owners.isEmpty()) {
            return false;
        }
        for (JsonNode owner : owners) {
            if (lives.test(owner.path("uid").asText())) {
                return false;
            }
        }
        return true;
    }
}
