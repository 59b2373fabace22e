package io.brainmatrix.embedded.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.brainmatrix.embedded.api.ApiException;
import io.brainmatrix.embedded.api.Kind;
import io.brainmatrix.embedded.api.Store;
import java.util.Optional;

/** The scheduler and the volume binder of a cluster of one node. */
final class Binder {
    private final Store store;
    private final String node;

    Binder(Store store, String node) {
        this.store = store;
        this.node = node;
    }

    /** Binds what waits: pods that may be on this node, and claims to volumes made for them. */
    void bind() {
        for (ObjectNode pod : store.list(Kind.POD, "", Binder::unbound).items()) {
            if (mayRunHere(pod)) {
                write(Kind.POD, pod, false, p -> p.withObject("/spec").put("nodeName", node));
            }
        }
        for (ObjectNode volume : store.list(Kind.VOLUME, "", v -> true).items()) {
            bind(volume);
        }
    }

    private static boolean unbound(JsonNode pod) {
        return pod.at("/spec/nodeName").asText("").isEmpty()
                && !pod.at("/metadata/deletionTimestamp").isTextual();
    }

    /** By the node selector and the affinity to a name, which is what our operator pins by. */
    private boolean mayRunHere(JsonNode pod) {
        if (!pod.at("/spec/nodeSelector").isEmpty()) {
            ObjectNode here = store.get(Kind.NODE, "", node).orElseThrow();
            for (var wanted : pod.at("/spec/nodeSelector").properties()) {
                JsonNode label = here.at("/metadata/labels").path(wanted.getKey());
                if (!label.asText("").equals(wanted.getValue().asText())) {
                    return false;
                }
            }
        }
        JsonNode terms =
                pod.at(
                        "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms");
        if (terms.isEmpty()) {
            return true;
        }
        for (JsonNode term : terms) {
            for (JsonNode field : term.path("matchFields")) {
                for (JsonNode value : field.path("values")) {
                    if (value.asText().equals(node)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private void bind(ObjectNode volume) {
        JsonNode reference = volume.at("/spec/claimRef");
        if (reference.isMissingNode()) {
            return;
        }
        Optional<ObjectNode> claim =
                store.get(
                                Kind.CLAIM,
                                reference.path("namespace").asText(),
                                reference.path("name").asText())
                        .filter(
                                c ->
                                        !reference.has("uid")
                                                || reference
                                                        .path("uid")
                                                        .equals(c.at("/metadata/uid")));
        String phase = volume.at("/status/phase").asText();
        if (claim.isEmpty()) {
            if (phase.equals("Bound")) {
                write(Kind.VOLUME, volume, true, v -> phase(v, "Released"));
            }
            return;
        }
        if (!phase.equals("Bound")) {
            write(Kind.VOLUME, volume, true, v -> phase(v, "Bound"));
        }
        if (!claim.get().at("/status/phase").asText().equals("Bound")) {
            String name = volume.at("/metadata/name").asText();
            write(
                    Kind.CLAIM,
                    claim.get(),
                    false,
                    c -> c.withObject("/spec").put("volumeName", name));
            write(Kind.CLAIM, claim.get(), true, c -> phase(c, "Bound"));
        }
    }

    private static void phase(ObjectNode object, String phase) {
        object.withObject("/status").put("phase", phase);
    }

    private interface Edit {
        void of(ObjectNode object);
    }

    private void write(Kind kind, ObjectNode seen, boolean status, Edit edit) {
        try {
            store.change(
                    kind,
                    seen.at("/metadata/namespace").asText(""),
                    seen.at("/metadata/name").asText(),
                    status,
                    present -> {
                        ObjectNode edited = present.deepCopy();
                        edit.of(edited);
                        return edited;
                    });
        } catch (ApiException e) {
            if (e.code() != 404) { // it has gone meanwhile
                throw e;
            }
        }
    }
}
