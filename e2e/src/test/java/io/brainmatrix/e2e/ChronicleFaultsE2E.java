package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.quickstart.Chat;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The chronicle's disk is really full, and then its file is damaged: it says so, a mind keeps what
 * it thinks, and after the repair everything is there once. What the store itself does of this is
 * in the chronicle's {@code FaultsTest}.
 */
@Tag("cluster")
@Tag("long")
@ExtendWith(Installation.class)
class ChronicleFaultsE2E {
    private static final String MATRIX = "faults";
    private static final String CLASS = "e2e-small";
    private static final Path DISK = Path.of("/var/lib/brainmatrix-e2e-chronicle");
    private static final Path FILE = DISK.resolve("chronicle.db");

    /** Of a page; the first two stay, so that it is still taken for a database. */
    private static final int PAGE = 4096;

    private final Cluster cluster;
    private final Chronicle chronicle;
    private final World world = new World();

    ChronicleFaultsE2E(Cluster cluster) {
        this.cluster = cluster;
        this.chronicle = new Chronicle(cluster);
    }

    /** A disk of its own, of 24 MiB, that the chronicle's user may write to. */
    @BeforeEach
    void place() throws IOException {
        world.place(Models.chain(Models.TINY_MIB), "faults.gguf");
        Files.createDirectories(DISK);
        World.run(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=24m,uid=65532,gid=65532,mode=770",
                "tmpfs",
                DISK.toString());
        cluster.client()
                .resource(
                        new PersistentVolumeBuilder()
                                .withNewMetadata()
                                .withName(CLASS)
                                .endMetadata()
                                .withNewSpec()
                                .withAccessModes("ReadWriteOnce")
                                .withCapacity(Map.of("storage", new Quantity("4Gi")))
                                .withStorageClassName(CLASS)
                                .withPersistentVolumeReclaimPolicy("Retain")
                                .withNewHostPath(DISK.toString(), "Directory")
                                .endSpec()
                                .build())
                .serverSideApply();
        cluster.reinstall(
                Map.of("chronicle.enabled", "true", "chronicle.storage.storageClassName", CLASS));
    }

    @AfterEach
    void remove() throws IOException {
        chronicle.remove();
        cluster.client().persistentVolumes().withName(CLASS).delete();
        Await.until(cluster, "nobody uses the disk", () -> World.run("umount", DISK.toString()));
        Files.delete(DISK);
        world.remove("faults.gguf");
    }

    @Test
    void aFullDiskAndADamagedFileAreSaidAndLoseNothing() throws IOException {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-faults");
                Minds minds = new Minds(cluster, chronicle, user)) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("faults.gguf"))
                            .instance(
                                    "name: subject, budget: {ram: 512Mi}, engine: {threads: 1}, mind: {persona: {text: \"Think.\"}, interval: 200ms, thoughtTokens: 16}"));
            user.awaitReady(MATRIX, "subject");
            minds.await(MATRIX, "subject", 1, 20);

            fillTheDisk();
            isSaid("DiskFull", true);
            awaitSpooled(user);
            Files.delete(DISK.resolve("filler"));
            allIsToldOnce(user, minds);

            Path sound = damaged();
            isSaid("Corrupted", false);
            awaitSpooled(user);
            repair(sound);
            allIsToldOnce(user, minds);
        }
    }

    /** As much as there is, to the last page. */
    private static void fillTheDisk() throws IOException {
        try (FileChannel filler =
                FileChannel.open(
                        DISK.resolve("filler"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            ByteBuffer page = ByteBuffer.allocate(PAGE);
            while (true) {
                int _ = filler.write(page.clear());
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private Chat itself() {
        return new Chat(
                URI.create("http://%s:8082".formatted(chronicle.pod().getStatus().getPodIP())));
    }

    /** By its health, its metric, and where nothing can be read its pod's condition. */
    private void isSaid(String kind, boolean readable) {
        Await.until(
                cluster,
                "the chronicle says " + kind,
                () -> {
                    assertThat(itself().get("/metrics"))
                            .contains(
                                    "brainmatrix_chronicle_fault{kind=\"%s\",} 1.0"
                                            .formatted(kind));
                    assertThat(chronicle.pod().getStatus().getConditions())
                            .filteredOn(c -> c.getType().equals("Ready"))
                            .singleElement()
                            .satisfies(
                                    c ->
                                            assertThat(c.getStatus())
                                                    .isEqualTo(readable ? "True" : "False"));
                });
    }

    private void awaitSpooled(ClusterUser user) {
        Await.until(
                cluster,
                "the mind keeps what it cannot tell",
                () ->
                        assertThat(spooled(user.podOf(MATRIX, "subject")))
                                .isGreaterThanOrEqualTo(10));
    }

    private static double spooled(Pod pod) {
        String pods = "http://%s:8080".formatted(pod.getStatus().getPodIP());
        return Scrape.values(
                        new Chat(URI.create(pods)).get("/metrics"),
                        "brainmatrix_pod_mind_spool_entries ")
                .findFirst()
                .orElse(0);
    }

    /** Tries are at most 10 s apart. */
    private void allIsToldOnce(ClusterUser user, Minds minds) {
        Await.until(
                cluster,
                "all is told",
                () -> assertThat(spooled(user.podOf(MATRIX, "subject"))).isLessThanOrEqualTo(1));
        List<JsonNode> thoughts = minds.entries(MATRIX, "subject", "Thought");
        assertThat(thoughts)
                .extracting(t -> t.path("number").asInt())
                .isEqualTo(IntStream.rangeClosed(1, thoughts.size()).boxed().toList());
        assertThat(user.deaths(MATRIX, "subject")).isZero();
    }

    /** Its process is away meanwhile, so that the copy is whole and nothing is acknowledged. */
    private Path damaged() throws IOException {
        chronicle.scale(0);
        Path sound = Files.createTempDirectory("sound").resolve("chronicle.db");
        Files.copy(FILE, sound);
        assertThat(DISK.resolve("chronicle.db-wal")).as("a log that is part of it").doesNotExist();
        try (FileChannel file = FileChannel.open(FILE, StandardOpenOption.WRITE)) {
            byte[] garbage = new byte[Math.toIntExact(file.size()) - 2 * PAGE];
            Arrays.fill(garbage, (byte) 0x5a);
            ByteBuffer all = ByteBuffer.wrap(garbage);
            while (all.hasRemaining()) {
                int _ = file.write(all, 2L * PAGE + all.position());
            }
        }
        chronicle.scale(1);
        return sound;
    }

    /** As docs/api/chronicle.md says it. */
    private static void repair(Path sound) throws IOException {
        Path part = DISK.resolve("chronicle.db.part");
        Files.copy(sound, part);
        World.run("chown", "--reference=" + FILE, part.toString());
        Files.deleteIfExists(DISK.resolve("chronicle.db-wal"));
        Files.deleteIfExists(DISK.resolve("chronicle.db-shm"));
        Files.move(part, FILE, StandardCopyOption.ATOMIC_MOVE);
    }
}
