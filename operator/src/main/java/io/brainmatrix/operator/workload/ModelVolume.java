package io.brainmatrix.operator.workload;

import io.brainmatrix.api.v1alpha1.ModelSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where an instance's model comes from, resolved against what the operator allows. */
public sealed interface ModelVolume {
    /** Where every model volume is mounted. */
    String MOUNT = "/models";

    /** A directory of the node below {@code root}, through a volume and a claim of ours. */
    record HostDirectory(String root, String relativePath, String volume, String claim)
            implements ModelVolume {}

    /** A claim of the user's. */
    record UserClaim(String claim, String relativePath) implements ModelVolume {}

    /** Not allowed, or nothing named at all. */
    record NotAllowed(String message) implements ModelVolume {}

    /** Path of the file inside the pod. */
    default String pathInPod() {
        return switch (this) {
            case HostDirectory(var root, var path, var volume, var claim) -> MOUNT + "/" + path;
            case UserClaim(var claim, var path) -> MOUNT + "/" + path;
            case NotAllowed(var message) -> throw new IllegalStateException(message);
        };
    }

    /** Resolves a model; the longest allowed directory that contains it wins. */
    static ModelVolume resolve(
            @Nullable ModelSource model, List<Path> allowed, String matrix, String matrixUid) {
        if (model == null) {
            return new NotAllowed("no model; set `spec.model` or the instance's `model`");
        }
        if (model.persistentVolumeClaim() != null) {
            String path = model.persistentVolumeClaim().path();
            boolean inside = !path.startsWith("/") && !List.of(path.split("/")).contains("..");
            return inside
                    ? new UserClaim(model.persistentVolumeClaim().claimName(), path)
                    : new NotAllowed(
                            "`persistentVolumeClaim.path: %s` must be relative and without `..`"
                                    .formatted(path));
        }
        if (model.hostPath() == null) {
            return new NotAllowed(
                    "the model names neither `hostPath` nor `persistentVolumeClaim`; set one");
        }
        Path path;
        try {
            path = Path.of(model.hostPath());
        } catch (InvalidPathException e) {
            return new NotAllowed(
                    "`hostPath: %s` is no path: %s".formatted(model.hostPath(), e.getReason()));
        }
        Optional<Path> root =
                path.isAbsolute() && path.equals(path.normalize())
                        ? allowed.stream()
                                .filter(
                                        directory ->
                                                path.startsWith(directory)
                                                        && !path.equals(directory))
                                .max(Comparator.comparingInt(Path::getNameCount))
                        : Optional.empty();
        if (root.isEmpty()) {
            return new NotAllowed(
                    "`hostPath: %s` is not below a directory that the operator allows (%s); move the file or add its directory to the chart's `models.directories`"
                            .formatted(model.hostPath(), allowed));
        }
        String directory = root.get().toString();
        return new HostDirectory(
                directory,
                root.get().relativize(path).toString(),
                WorkloadNames.volume(matrixUid, directory),
                WorkloadNames.claim(matrix, directory));
    }

    /** How messages name a model. */
    static String describe(ModelSource model) {
        return model.persistentVolumeClaim() != null
                ? "persistentVolumeClaim %s: %s"
                        .formatted(
                                model.persistentVolumeClaim().claimName(),
                                model.persistentVolumeClaim().path())
                : "hostPath " + model.hostPath();
    }
}
