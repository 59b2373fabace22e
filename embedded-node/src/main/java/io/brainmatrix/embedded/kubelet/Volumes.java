package io.brainmatrix.embedded.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.embedded.api.Kind;
import io.brainmatrix.embedded.api.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Finds where a pod's volumes lie on this machine. */
final class Volumes {
    private final Store store;

    Volumes(Store store) {
        this.store = store;
    }

    /**
     * The directories by mount path.
     *
     * @param own of the pod, for what is made for it
     * @throws MountException when one is not there
     */
    Map<String, Path> mounts(JsonNode pod, Path own) throws MountException, IOException {
        Map<String, Path> byName = new HashMap<>();
        for (JsonNode volume : pod.at("/spec/volumes")) {
            byName.put(volume.path("name").asText(), directory(pod, volume, own));
        }
        Map<String, Path> mounts = new HashMap<>();
        for (JsonNode mount : pod.at("/spec/containers/0/volumeMounts")) {
            Path directory = byName.get(mount.path("name").asText());
            if (directory == null) {
                throw new MountException("no volume `%s`".formatted(mount.path("name").asText()));
            }
            mounts.put(mount.path("mountPath").asText(), directory);
        }
        return mounts;
    }

    private Path directory(JsonNode pod, JsonNode volume, Path own)
            throws MountException, IOException {
        String name = volume.path("name").asText();
        String namespace = pod.at("/metadata/namespace").asText();
        if (volume.has("emptyDir")) {
            return Files.createDirectories(own.resolve(name));
        }
        if (volume.has("persistentVolumeClaim")) {
            String claim = volume.at("/persistentVolumeClaim/claimName").asText();
            JsonNode found =
                    store.get(Kind.CLAIM, namespace, claim)
                            .orElseThrow(
                                    () ->
                                            new MountException(
                                                    "persistentvolumeclaim \"%s\" not found"
                                                            .formatted(claim)));
            String bound = found.at("/spec/volumeName").asText("");
            JsonNode behind =
                    store.get(Kind.VOLUME, "", bound)
                            .orElseThrow(
                                    () ->
                                            new MountException(
                                                    "persistentvolumeclaim \"%s\" is not bound"
                                                            .formatted(claim)));
            return existing(name, behind.at("/spec/hostPath/path").asText());
        }
        if (volume.has("hostPath")) {
            return existing(name, volume.at("/hostPath/path").asText());
        }
        // A Secret too: its path is fixed in the pod, and no token must not mean that none is asked
        // for.
        throw new MountException(
                "volume \"%s\" is of a kind that the embedded node cannot mount".formatted(name));
    }

    private static Path existing(String name, String path) throws MountException {
        if (path.isEmpty() || !Files.isDirectory(Path.of(path))) {
            throw new MountException(
                    "MountVolume.SetUp failed for volume \"%s\" : hostPath type check failed: %s is not a directory"
                            .formatted(name, path));
        }
        return Path.of(path);
    }
}
