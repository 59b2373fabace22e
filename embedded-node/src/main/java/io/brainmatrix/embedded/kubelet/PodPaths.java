package io.brainmatrix.embedded.kubelet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A process has no mounts of its own: what its environment names below a mount path is named where
 * it lies on this machine. Pure.
 *
 * @param mounts directory of this machine by path in the pod
 */
record PodPaths(Map<String, Path> mounts) {
    private static final ObjectMapper JSON = new ObjectMapper();

    PodPaths {
        mounts = Map.copyOf(mounts);
    }

    /** A value with its paths replaced: the whole of it, or each text in a JSON document. */
    String here(String value) {
        if (value.startsWith("{")) {
            try {
                return JSON.writeValueAsString(here(JSON.readTree(value)));
            } catch (JsonProcessingException e) {
                return value; // no JSON after all
            }
        }
        for (Map.Entry<String, Path> mount : mounts.entrySet()) {
            if (value.equals(mount.getKey()) || value.startsWith(mount.getKey() + "/")) {
                return mount.getValue() + value.substring(mount.getKey().length());
            }
        }
        return value;
    }

    private JsonNode here(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JSON.createObjectNode();
            object.properties().forEach(p -> copy.set(p.getKey(), here(p.getValue())));
            return copy;
        }
        if (node instanceof ArrayNode array) {
            List<JsonNode> copies = new ArrayList<>();
            array.forEach(n -> copies.add(here(n)));
            return JSON.createArrayNode().addAll(copies);
        }
        return node.isTextual() ? TextNode.valueOf(here(node.asText())) : node;
    }
}
