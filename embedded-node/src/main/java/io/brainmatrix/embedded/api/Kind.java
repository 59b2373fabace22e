package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;

/**
 * A kind of object that is served.
 *
 * @param group empty for the core group
 * @param statusSubresource whether its status is written apart from the rest
 * @param schema of a defined kind, in OpenAPI v3; missing of a built-in one
 * @param columns what {@code kubectl get} shows, as {@code additionalPrinterColumns}
 */
public record Kind(
        String group,
        String version,
        String plural,
        String kind,
        boolean namespaced,
        boolean statusSubresource,
        List<String> shortNames,
        JsonNode schema,
        JsonNode columns) {
    public static final Kind POD =
            builtIn("", "v1", "pods", "Pod", true, true, "po")
                    .showing(
                            """
                            [{"name":"Status","type":"string","jsonPath":".status.phase"},
                             {"name":"Address","type":"string","jsonPath":".status.podIP"},
                             {"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}]
                            """);
    public static final Kind NODE = builtIn("", "v1", "nodes", "Node", false, true, "no");
    public static final Kind NAMESPACE =
            builtIn("", "v1", "namespaces", "Namespace", false, true, "ns");
    public static final Kind CLAIM =
            builtIn("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, true, "pvc");
    public static final Kind VOLUME =
            builtIn("", "v1", "persistentvolumes", "PersistentVolume", false, true, "pv");
    public static final Kind SECRET = builtIn("", "v1", "secrets", "Secret", true, false);
    public static final Kind EVENT = builtIn("", "v1", "events", "Event", true, false, "ev");
    public static final Kind DEFINITION =
            builtIn(
                    "apiextensions.k8s.io",
                    "v1",
                    "customresourcedefinitions",
                    "CustomResourceDefinition",
                    false,
                    true,
                    "crd");

    /** Those that are served from the start. */
    static final List<Kind> BUILT_IN =
            List.of(
                    POD,
                    NODE,
                    NAMESPACE,
                    CLAIM,
                    VOLUME,
                    SECRET,
                    EVENT,
                    DEFINITION,
                    builtIn("", "v1", "services", "Service", true, true, "svc"),
                    builtIn("", "v1", "configmaps", "ConfigMap", true, false, "cm"),
                    builtIn("coordination.k8s.io", "v1", "leases", "Lease", true, false),
                    builtIn("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", false, false));

    public Kind {
        shortNames = List.copyOf(shortNames);
    }

    private static Kind builtIn(
            String group,
            String version,
            String plural,
            String kind,
            boolean namespaced,
            boolean statusSubresource,
            String... shortNames) {
        return new Kind(
                group,
                version,
                plural,
                kind,
                namespaced,
                statusSubresource,
                List.of(shortNames),
                MissingNode.getInstance(),
                MissingNode.getInstance());
    }

    private Kind showing(String shown) {
        try {
            return new Kind(
                    group,
                    version,
                    plural,
                    kind,
                    namespaced,
                    statusSubresource,
                    shortNames,
                    schema,
                    new ObjectMapper().readTree(shown));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(shown, e);
        }
    }

    /** As objects have it. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** Whether somebody defined it with a CustomResourceDefinition. */
    boolean defined() {
        return !schema.isMissingNode();
    }
}
