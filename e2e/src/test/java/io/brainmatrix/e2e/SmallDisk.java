package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A disk of its own, and a small one, for what a kubelet keeps of its pods: their black boxes and
 * scratch volumes. So it can be filled to its last byte, and nobody else's disk is full.
 */
final class SmallDisk implements AutoCloseable {
    private static final int MIB = 64;
    private static final int PAGE = 4096;
    private static final String LOG = "/dev/termination-log";

    /**
     * A black box is written each half second: so long a one that is gone stays so only if full.
     */
    private static final long WRITTEN_WITHIN_NANOS = 1_200_000_000L;

    private static final int TRIES = 5;

    private final Cluster cluster;
    private final NodeParts parts;
    private final Path pods;
    private final Path disk;
    private final Path filler;

    private SmallDisk(Cluster cluster, NodeParts parts, Path pods, Path disk) {
        this.cluster = cluster;
        this.parts = parts;
        this.pods = pods;
        this.disk = disk;
        this.filler = disk.resolve("filler");
    }

    /** Puts it under the kubelet; pods that run go on with what they have of the other. */
    static SmallDisk mount(Cluster cluster, NodeParts parts) {
        Pod agent = cluster.releasePods("DaemonSet").findFirst().orElseThrow();
        try {
            Path disk = Files.createTempDirectory("small-disk");
            SmallDisk small = new SmallDisk(cluster, parts, directory(parts, agent), disk);
            String size = "size=%dm".formatted(MIB);
            World.run("mount", "-t", "tmpfs", "-o", size, "small-disk", disk.toString());
            // The kubelet takes whatever lies beside its pods' directories for a pod's.
            Path here = Files.createDirectory(disk.resolve("pods"));
            small.withoutKubelet("mount", "--bind", here.toString(), small.pods.toString());
            return small;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the kubelet keeps its pods' files: {@code <there>/<uid>/containers/<name>/<log>}. */
    private static Path directory(NodeParts parts, Pod pod) {
        String id = pod.getStatus().getContainerStatuses().getFirst().getContainerID();
        try {
            JsonNode info =
                    new ObjectMapper()
                            .readTree(parts.container(id.substring(id.indexOf("//") + 2)));
            for (JsonNode mount : info.path("Spec").path("mounts")) {
                if (LOG.equals(mount.path("destination").asText())) {
                    String pods = mount.path("source").asText().replaceFirst("/pods/.*", "/pods");
                    return Path.of(pods);
                }
            }
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("no termination log is mounted into " + id);
    }

    /**
     * Fills it to the last byte, after a pod's black box has been taken away: it has no room left
     * to be written anew, and its scratch volume has none either.
     *
     * @return whether that pod has tried in vain to write it; false for one that ended meanwhile
     */
    boolean fillUnder(Pod pod) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            fill();
            Optional<Path> box = World.blackBox(pod);
            if (box.isEmpty()) {
                return false;
            }
            try (FileChannel file = FileChannel.open(box.get(), StandardOpenOption.WRITE)) {
                file.truncate(0);
                fill(); // with the page that has become free
                LockSupport.parkNanos(WRITTEN_WITHIN_NANOS);
                if (file.size() == 0 && !World.processes(pod).isEmpty()) {
                    return true;
                }
            } catch (IOException e) {
                return false; // it has ended, and its file went
            }
        }
        return false;
    }

    /** Until nothing more can be written. */
    private void fill() {
        for (int size = 1 << 20; size >= PAGE; size /= 16) {
            try (OutputStream out =
                    Files.newOutputStream(
                            filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (Files.size(filler) < (long) MIB << 20) {
                    out.write(new byte[size]);
                }
                throw new AssertionError("the disk is larger than it was made");
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("No space left on device");
            }
        }
    }

    /** Gives back what was filled. */
    void free() {
        try {
            Files.deleteIfExists(filler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes it away; the release's pods that began on it begin anew on the node's own. */
    @Override
    public void close() {
        free();
        // Lazily: what the kubelet has mounted there goes with it.
        withoutKubelet("umount", "-l", pods.toString());
        World.run("umount", "-l", disk.toString());
        for (String owner : new String[] {"ReplicaSet", "DaemonSet"}) {
            cluster.releasePods(owner)
                    .forEach(p -> cluster.client().resource(p).withGracePeriod(0).delete());
        }
        Await.until(
                cluster,
                "the release is ready again",
                () -> {
                    for (String owner : new String[] {"ReplicaSet", "DaemonSet"}) {
                        assertThat(cluster.releasePods(owner).toList())
                                .as(owner)
                                .isNotEmpty()
                                .allMatch(PodTimes::isReady)
                                .allMatch(p -> p.getMetadata().getDeletionTimestamp() == null);
                    }
                });
    }

    private void withoutKubelet(String... command) {
        parts.kill("kubelet");
        try {
            World.run(command);
        } finally {
            parts.start("kubelet");
        }
    }
}
