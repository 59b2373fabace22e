package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names, labels and annotations of everything that the operator makes. */
public final class WorkloadNames {
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    public static final String MANAGER = "brainmatrix";
    public static final String MATRIX = "brainmatrix.io/matrix";
    public static final String INSTANCE = "brainmatrix.io/instance";
    public static final String LIFE = "brainmatrix.io/life";

    /**
     * Annotation: why the operator ends a pod; written before the deletion, so that its own and a
     * person's are told apart.
     */
    public static final String STOPPING = "brainmatrix.io/stopping";

    /** Annotation: the server's or the policy's words for it. */
    public static final String STOPPING_MESSAGE = "brainmatrix.io/stopping-message";

    public static final String SPEC_HASH = "brainmatrix.io/spec-hash";
    public static final String MATRIX_UID = "brainmatrix.io/matrix-uid";

    /**
     * Annotation: the node that a pod is pinned to or whose lane a Lease is. Label of a pod too, as
     * {@link #nodeLabel} writes it: a node's pods are to be had without all others.
     */
    public static final String NODE = "brainmatrix.io/node";

    /**
     * Annotation of a scout: the UID of the matrix that it looks for. A scout is no life, so it has
     * none of the labels and annotations of one.
     */
    public static final String SCOUT_OF = "brainmatrix.io/scout-of";

    /** Label of a scout: the instance that it looks for. */
    public static final String SCOUT = "brainmatrix.io/scout";

    /** Annotation of a scout: the life that found no file. */
    public static final String SCOUT_LIFE = "brainmatrix.io/scout-life";

    /** Label by which a claim finds its own volume. */
    public static final String VOLUME = "brainmatrix.io/volume";

    /** On a node's NodeMemory, for people: the pod that holds the node's lane. */
    public static final String LANE = "brainmatrix.io/lane";

    /** On a lane: bytes that its holder is promised, RAM and GPU together. */
    public static final String PROMISED = "brainmatrix.io/promised";

    /** On a lane: who holds it, or held it last. */
    public static final String LAST_HOLDER = "brainmatrix.io/last-holder";

    /** Bytes that an instance may have on the GPU: nothing else of its pod tells. */
    public static final String GPU_BUDGET = "brainmatrix.io/gpu-budget";

    public static final String BOOT_ID = "brainmatrix.io/boot-id";
    public static final String LOAD_TIMEOUT = "brainmatrix.io/load-timeout";

    /** Kept on a pod until its end has been written to the status. */
    public static final String POD_FINALIZER = "brainmatrix.io/record-end";

    public static final String MATRIX_FINALIZER = "brainmatrix.io/matrix";

    /** The only container of an inference pod. */
    public static final String CONTAINER = "inference";

    private static final int SHORT_HASH_CHARS = 8;
    private static final int LABEL_MAX_CHARS = 63;

    private WorkloadNames() {}

    /** {@code <matrix>-<instance>-<life>}. */
    public static String pod(String matrix, String instance, long life) {
        return "%s-%s-%d".formatted(matrix, instance, life);
    }

    /** {@code <matrix>-<instance>-<life>-scout}: no name of a life ends so. */
    public static String scout(String matrix, String instance, long life) {
        return pod(matrix, instance, life) + "-scout";
    }

    /** The life in a name made by {@link #pod}. */
    public static long life(String pod) {
        return Long.parseLong(pod.substring(pod.lastIndexOf('-') + 1));
    }

    /** {@code <matrix>-<instance>}: one Service for all lives. */
    public static String service(String matrix, String instance) {
        return matrix + "-" + instance;
    }

    /**
     * Name of a node's lane; a node's name may be as long as a Lease's, so a long one is shortened
     * with its hash.
     */
    public static String lane(String node) {
        String name = "brainmatrix-lane-" + node;
        return name.length() <= 253 ? name : name.substring(0, 244) + "-" + shortHash(node);
    }

    /** A node's name as a label's value, which takes fewer letters than a node's name may have. */
    public static String nodeLabel(String node) {
        return node.length() <= LABEL_MAX_CHARS
                ? node
                : node.substring(0, LABEL_MAX_CHARS - SHORT_HASH_CHARS - 1) + "-" + shortHash(node);
    }

    static String volume(String matrixUid, String root) {
        return "brainmatrix-%s-%s".formatted(matrixUid, shortHash(root));
    }

    static String claim(String matrix, String root) {
        return "%s-models-%s".formatted(matrix, shortHash(root));
    }

    /** Labels of everything made for one instance. */
    static Map<String, String> labels(BrainMatrix matrix, String instance) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("app.kubernetes.io/name", "brainmatrix-inference");
        labels.put("app.kubernetes.io/instance", matrix.getMetadata().getName());
        labels.put("app.kubernetes.io/component", instance);
        labels.put("app.kubernetes.io/part-of", MANAGER);
        labels.put(MANAGED_BY, MANAGER);
        labels.put(MATRIX, matrix.getMetadata().getName());
        labels.put(INSTANCE, instance);
        return labels;
    }

    static String shortHash(String text) {
        return sha256(text).substring(0, SHORT_HASH_CHARS);
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
