package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/** Patches of JSON: pure, and what they are given stays as it is. */
final class Merge {
    private Merge() {}

    /** RFC 7386: objects are merged, null removes, all else is replaced. */
    static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch.deepCopy();
        }
        ObjectNode merged =
                target.isObject() ? target.deepCopy() : JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            if (field.getValue().isNull()) {
                merged.remove(field.getKey());
            } else {
                merged.set(field.getKey(), merge(merged.path(field.getKey()), field.getValue()));
            }
        }
        return merged;
    }

    /**
     * What somebody who applied {@code before} and now applies {@code now} patches: their fields
     * that are no longer in it are removed.
     */
    static JsonNode leftOut(JsonNode before, JsonNode now) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : before.properties()) {
            JsonNode later = now.path(field.getKey());
            if (later.isMissingNode()) {
                patch.putNull(field.getKey());
            } else if (later.isObject() && field.getValue().isObject()) {
                JsonNode below = leftOut(field.getValue(), later);
                if (!below.isEmpty()) {
                    patch.set(field.getKey(), below);
                }
            }
        }
        return patch;
    }

    /** The first field of one applier that another, who applied {@code theirs}, has otherwise. */
    static Optional<String> disputed(JsonNode ours, JsonNode theirs, String at) {
        if (!ours.isObject() || !theirs.isObject()) {
            return theirs.isMissingNode() || ours.equals(theirs)
                    ? Optional.empty()
                    : Optional.of(at);
        }
        for (Map.Entry<String, JsonNode> field : ours.properties()) {
            Optional<String> below =
                    disputed(
                            field.getValue(),
                            theirs.path(field.getKey()),
                            at + "." + field.getKey());
            if (below.isPresent()) {
                return below;
            }
        }
        return Optional.empty();
    }
}
