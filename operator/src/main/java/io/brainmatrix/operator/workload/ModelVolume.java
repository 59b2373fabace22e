package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.ClaimedModel;
import io.brainmatrix.api.v1alpha1.ModelSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Where a pod gets its model from. */
public sealed interface ModelVolume {

    /** A model that a pod can mount. */
    sealed interface Mountable extends ModelVolume {
        /** Claim that the pod mounts read-only. */
        String claimName();

        /** Path of the file below the volume's root, without {@code ..}. */
        String relativePath();

        /** Where it comes from, for people. */
        String source();
    }

    /**
     * A file on the node, through a volume and a claim of ours: Pod Security refuses a {@code
     * hostPath} in the pod itself.
     *
     * @param root the allowed directory that the volume is made for
     * @param volumeName PersistentVolume, see {@link ModelVolumes}
     */
    record HostPath(Path root, String relativePath, String volumeName, String claimName)
            implements Mountable {
        @Override
        public String source() {
            return "hostPath " + root.resolve(relativePath);
        }
    }

    /** A file on a claim that the user made. */
    record Claim(String claimName, String relativePath) implements Mountable {
        @Override
        public String source() {
            return "persistentVolumeClaim %s/%s".formatted(claimName, relativePath);
        }
    }

    /**
     * No model, or one that may not be mounted.
     *
     * @param message what was found and what to change
     */
    record NotAllowed(String message) implements ModelVolume {}

    /**
     * Resolves a model against the directories that the operator allows. The longest allowed
     * directory wins, so that a narrower one is never widened.
     *
     * @param source the instance's model, or else the matrix's; null when neither names one
     * @param allowed absolute directories
     */
    static ModelVolume resolve(
            @Nullable ModelSource source, List<Path> allowed, String matrix, String matrixUid) {
        if (source == null
                || (source.hostPath() == null && source.persistentVolumeClaim() == null)) {
            return new NotAllowed(
                    "no model is named; set `model.hostPath` or `model.persistentVolumeClaim`");
        }
        if (source.hostPath() != null && source.persistentVolumeClaim() != null) {
            return new NotAllowed(
                    "`model` names both `hostPath` and `persistentVolumeClaim`; remove one");
        }
        return source.hostPath() != null
                ? hostPath(source.hostPath(), allowed, matrix, matrixUid)
                : claim(source.persistentVolumeClaim());
    }

    private static ModelVolume hostPath(
            String text, List<Path> allowed, String matrix, String matrixUid) {
        Optional<Path> path = plain(text).filter(Path::isAbsolute);
        if (path.isEmpty()) {
            return new NotAllowed(
                    "`model.hostPath` `%s` must be an absolute path without `..`".formatted(text));
        }
        Path file = path.get();
        Optional<Path> root =
                allowed.stream()
                        .map(Path::normalize)
                        .filter(r -> r.isAbsolute() && file.startsWith(r) && !file.equals(r))
                        .max(Comparator.comparingInt(Path::getNameCount));
        if (root.isEmpty()) {
            return new NotAllowed(
                    "`model.hostPath` `%s` is in none of the allowed directories %s; move the model or change the chart's `models.directories`"
                            .formatted(text, listed(allowed)));
        }
        return new HostPath(
                root.get(),
                root.get().relativize(file).toString(),
                WorkloadNames.volume(matrixUid, root.get()),
                WorkloadNames.claim(matrix, root.get()));
    }

    private static ModelVolume claim(@Nullable ClaimedModel claimed) {
        if (claimed == null || claimed.claimName() == null || claimed.path() == null) {
            return new NotAllowed("`model.persistentVolumeClaim` needs `claimName` and `path`");
        }
        return plain(claimed.path())
                .filter(path -> !path.isAbsolute() && !path.toString().isEmpty())
                .<ModelVolume>map(path -> new Claim(claimed.claimName(), path.toString()))
                .orElseGet(
                        () ->
                                new NotAllowed(
                                        "`model.persistentVolumeClaim.path` `%s` must be a relative path without `..`"
                                                .formatted(claimed.path())));
    }

    /**
     * The path without {@code .} and doubled slashes; empty when it has a {@code ..} or is none.
     */
    private static Optional<Path> plain(String text) {
        try {
            Path path = Path.of(text);
            boolean climbs =
                    StreamSupport.stream(path.spliterator(), false)
                            .anyMatch(part -> part.toString().equals(".."));
            return climbs ? Optional.empty() : Optional.of(path.normalize());
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static String listed(List<Path> allowed) {
        return allowed.isEmpty()
                ? "(none are allowed)"
                : allowed.stream().map(p -> "`" + p + "`").collect(Collectors.joining(", "));
    }
}
