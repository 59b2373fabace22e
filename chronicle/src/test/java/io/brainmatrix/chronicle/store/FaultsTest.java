package io.brainmatrix.chronicle.store;

import static io.brainmatrix.chronicle.Entries.SUBJECT;
import static io.brainmatrix.chronicle.Entries.thought;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.chronicle.entry.Stored;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk and a damaged file: said, nothing acknowledged lost, and well again afterwards. */
class FaultsTest {
    @TempDir Path directory;

    private static Scribe start(Database database) {
        Scribe scribe =
                new Scribe(
                        database, Retention.FOREVER, StoreContract.CLOCK, () -> {}, stored -> {});
        scribe.start();
        return scribe;
    }

    /** Appends until it is refused; how many were acknowledged. */
    private static int fill(Scribe scribe, int from, int atMost) throws InterruptedException {
        for (int i = from; i < from + atMost; i++) {
            try {
                scribe.append(List.of(Draft.of(thought(SUBJECT, 1, i, "x".repeat(3000))))).get();
            } catch (ExecutionException e) {
                return i - from;
            }
        }
        return atMost;
    }

    private static List<Long> stored(Database database) throws SQLException {
        try (Reader reader = new Reader(database)) {
            return reader.entries(new Scope.All(), Filter.NONE, 10_000, false).stream()
                    .map(Stored::entry)
                    .map(e -> e.number())
                    .toList();
        }
    }

    @Test
    void aFullDiskIsSaidAndWhatWasAcknowledgedIsThere() throws Exception {
        Path file = directory.resolve("chronicle.db");
        int acknowledged;
        try (Scribe scribe = start(new SqliteDatabase(file, 100))) {
            Awaitility.await().until(() -> scribe.fault().isEmpty());
            acknowledged = fill(scribe, 1, 1000);
            assertThat(acknowledged).isBetween(10, 999);
            assertThat(scribe.fault().map(Fault::kind)).contains(Fault.Kind.DiskFull);
            // Told as long as it is so, also after the file was opened anew.
            Awaitility.await().until(() -> scribe.faults() >= 1);
            assertThat(fill(scribe, acknowledged + 1, 1)).isZero();
            assertThat(scribe.fault().map(Fault::kind)).contains(Fault.Kind.DiskFull);
        }
        assertThat(stored(new SqliteDatabase(file))).hasSize(acknowledged);
        try (Scribe roomy = start(new SqliteDatabase(file))) {
            Awaitility.await().until(() -> roomy.fault().isEmpty());
            assertThat(fill(roomy, acknowledged + 1, 20)).isEqualTo(20);
        }
        assertThat(stored(new SqliteDatabase(file))).hasSize(acknowledged + 20);
    }

    @Test
    void aDamagedFileIsSaidAndAfterItsRepairItGoesOn() throws Exception {
        Path file = directory.resolve("chronicle.db");
        SqliteDatabase database = new SqliteDatabase(file);
        try (Scribe scribe = start(database)) {
            Awaitility.await().until(() -> scribe.fault().isEmpty());
            assertThat(fill(scribe, 1, 200)).isEqualTo(200);
        }
        Path sound = directory.resolve("sound.db");
        Files.copy(file, sound);
        try (Scribe scribe = start(database);
                Reader reader = new Reader(database)) {
            Awaitility.await().until(() -> scribe.fault().isEmpty());
            damage(file);
            try {
                reader.check();
            } catch (SQLException e) {
                scribe.report(e);
            }
            Awaitility.await()
                    .until(
                            () ->
                                    scribe.fault()
                                            .filter(f -> f.kind() == Fault.Kind.Corrupted)
                                            .isPresent());
            assertThat(fill(scribe, 201, 1)).isZero();
            repair(sound, file);
            Awaitility.await()
                    .atMost(java.time.Duration.ofSeconds(30))
                    .until(() -> scribe.fault().isEmpty());
            assertThat(fill(scribe, 201, 5)).isEqualTo(5);
        }
        assertThat(stored(database)).hasSize(205);
    }

    private static void damage(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer garbage = ByteBuffer.allocate(4096 * 40);
            while (garbage.hasRemaining()) {
                garbage.put((byte) 0x5a);
            }
            channel.write(garbage.flip(), 4096 * 20);
        }
    }

    private static void repair(Path sound, Path file) throws IOException {
        List<Path> logs = new ArrayList<>();
        logs.add(Path.of(file + "-wal"));
        logs.add(Path.of(file + "-shm"));
        for (Path log : logs) {
            Files.deleteIfExists(log);
        }
        Path part = Path.of(file + ".part");
        Files.copy(sound, part);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
