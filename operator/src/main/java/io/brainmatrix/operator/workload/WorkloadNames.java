package io.brainmatrix.operator.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names, labels, annotations and finalizers of everything that belongs to a matrix. Constants of
 * the wire: renaming one orphans what is running.
 */
public final class WorkloadNames {
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

    /** Value of {@link #MANAGED_BY}, also the name of the whole. */
    public static final String MANAGER = "brainmatrix";

    public static final String APP_NAME = "app.kubernetes.io/name";

    /** Value of {@link #APP_NAME} of a pod and its service. */
    public static final String INFERENCE = "brainmatrix-inference";

    public static final String APP_INSTANCE = "app.kubernetes.io/instance";
    public static final String COMPONENT = "app.kubernetes.io/component";
    public static final String PART_OF = "app.kubernetes.io/part-of";

    /** Label: name of the matrix. */
    public static final String MATRIX = "brainmatrix.io/matrix";

    /** Label: name of the instance in its matrix. */
    public static final String INSTANCE = "brainmatrix.io/instance";

    /** Label: number of the life, from 1. */
    public static final String LIFE = "brainmatrix.io/life";

    /** Annotation: why the operator ends this pod; written before its deletion. */
    public static final String STOPPING = "brainmatrix.io/stopping";

    /** Annotation: {@link SpecHash} of the spec that the pod was made from. */
    public static final String SPEC_HASH = "brainmatrix.io/spec-hash";

    /** Annotation: UID of the matrix; also on what cannot carry an owner reference. */
    public static final String MATRIX_UID = "brainmatrix.io/matrix-uid";

    /** Finalizer of a pod until its end is in the status (R6). */
    public static final String POD_FINALIZER = "brainmatrix.io/record-end";

    /** Finalizer of a matrix until its volumes are gone. */
    public static final String MATRIX_FINALIZER = "brainmatrix.io/matrix";

    /** Container of an inference pod. */
    public static final String CONTAINER = "inference";

    /** An instance's name has no dash, so the last two dashes divide a pod's name. */
    private static final Pattern POD =
            Pattern.compile("(.+)-([a-z][a-z0-9]{0,19})-([1-9]\\d{0,17})");

    /** Enough of a digest to tell a node's few allowed directories apart. */
    private static final int ROOT_DIGITS = 8;

    private WorkloadNames() {}

    /** Which life of which instance a pod is. */
    public record Identity(String matrix, String instance, long life) {}

    /** Name of the pod of one life. */
    public static String pod(String matrix, String instance, long life) {
        return service(matrix, instance) + "-" + life;
    }

    /** Name of an instance's service, the same for all its lives. */
    public static String service(String matrix, String instance) {
        return matrix + "-" + instance;
    }

    /** Name of the volume that gives a matrix one allowed directory; unique in the cluster. */
    public static String volume(String matrixUid, Path root) {
        return "brainmatrix-" + matrixUid + "-" + digits(root);
    }

    /** Name of the claim on {@link #volume}, in the matrix's namespace. */
    public static String claim(String matrix, Path root) {
        return matrix + "-models-" + digits(root);
    }

    /** Labels of the parts of an instance that outlive a pod. */
    public static Map<String, String> labels(String matrix, String instance) {
        return Map.of(
                APP_NAME, INFERENCE,
                APP_INSTANCE, matrix,
                COMPONENT, "inference",
                MANAGED_BY, MANAGER,
                PART_OF, MANAGER,
                MATRIX, matrix,
                INSTANCE, instance);
    }

    /** Labels of a matrix's volumes and claims. */
    public static Map<String, String> volumeLabels(String matrix) {
        return Map.of(
                APP_NAME, "brainmatrix-models",
                APP_INSTANCE, matrix,
                COMPONENT, "models",
                MANAGED_BY, MANAGER,
                PART_OF, MANAGER,
                MATRIX, matrix);
    }

    /** What selects the pods of an instance, whichever life. */
    public static Map<String, String> selector(String matrix, String instance) {
        return Map.of(
                APP_NAME, INFERENCE,
                APP_INSTANCE, matrix,
                COMPONENT, "inference",
                INSTANCE, instance);
    }

    /** Reads a pod's name back; empty when it is no name of ours. */
    public static Optional<Identity> parsePod(String name) {
        Matcher parts = POD.matcher(name);
        return parts.matches()
                ? Optional.of(
                        new Identity(
                                parts.group(1), parts.group(2), Long.parseLong(parts.group(3))))
                : Optional.empty();
    }

    /**
     * Reads a pod's identity from its labels; empty when one is missing or contradicts the name, as
     * in a pod that somebody copied.
     */
    public static Optional<Identity> identity(HasMetadata pod) {
        var metadata = pod.getMetadata();
        if (metadata == null || metadata.getName() == null || metadata.getLabels() == null) {
            return Optional.empty();
        }
        Map<String, String> labels = metadata.getLabels();
        return parsePod(metadata.getName())
                .filter(i -> i.matrix().equals(labels.get(MATRIX)))
                .filter(i -> i.instance().equals(labels.get(INSTANCE)))
                .filter(i -> Long.toString(i.life()).equals(labels.get(LIFE)));
    }

    private static String digits(Path root) {
        return sha256(root.toString()).substring(0, ROOT_DIGITS);
    }

    /** SHA-256 of a text in UTF-8, 64 lower-case hexadecimal digits. */
    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
