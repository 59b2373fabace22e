package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.brainmatrix.api.v1alpha1.Phase;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Three minds that think for long, two of which die for real again and again, by SIGKILL and by the
 * kernel for their memory: no thought and no death is lost, the watchers see all, and nothing of
 * what goes on living grows. Two minutes; {@code make soak-minds HOURS=1} takes its time. Among the
 * first, which look at no clock: {@code .ci/beside} takes processors and memory then.
 */
@Tag("cluster")
@Order(1)
@ExtendWith(Installation.class)
class MindsSoakE2E {
    private static final Duration LONG =
            Duration.ofMinutes(Integer.getInteger("brainmatrix.minds.minutes", 2));

    /** By then all that is made once is there. */
    private static final Duration WARM_MAX = Duration.ofMinutes(10);

    /** In less time a heap grows by what its threads' buffers are, and not by what leaks. */
    private static final Duration HEAP_TELLS = Duration.ofMinutes(30);

    private static final Duration BETWEEN_DEATHS_MIN = Duration.ofSeconds(20);
    private static final int DEATHS_MAX = 60;
    private static final Duration CLOSED_WITHIN = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration TOLD_EVERY = Duration.ofMinutes(5);

    /** SQLite's log of what is not in its file yet: so much is noise. */
    private static final long FILE_NOISE = 8 << 20;

    /** What an entry may take more of in the second half than in the first. */
    private static final double FILE_GROWTH = 1.1;

    private static final String MATRIX = "three";
    private static final String CONTEXT =
            "context: {persona: 10, deaths: 10, memory: 5, watched: 60, thoughts: 15}";

    private final Cluster cluster;
    private final Chronicle chronicle;
    private final World world = new World();
    private final Map<String, Long> killed = new HashMap<>();

    MindsSoakE2E(Cluster cluster) {
        this.cluster = cluster;
        this.chronicle = new Chronicle(cluster);
    }

    @BeforeEach
    void place() {
        world.place(Models.chain(Models.TINY_MIB), "minds-soak.gguf");
        chronicle.install();
    }

    @AfterEach
    void remove() {
        chronicle.remove();
        world.remove("minds-soak.gguf");
    }

    private static String mind(String name, String role, String watches) {
        return "name: %s, role: %s, budget: {ram: 512Mi}, engine: {threads: 1}, watches: [%s], mind: {persona: {text: \"You are %s.\"}, interval: 1s, thoughtTokens: 16, %s}"
                .formatted(name, role, watches, name, CONTEXT);
    }

    /** What is looked at of those that do not die. */
    private record Look(ProcessSize operator, ProcessSize chronicle, ProcessSize god) {}

    /** What the chronicle has. */
    private record Stored(long entries, long fileBytes) {
        double bytesPerEntrySince(Stored before) {
            return (fileBytes - before.fileBytes()) / (double) (entries - before.entries());
        }
    }

    @Test
    void nothingIsLostAndNothingGrows() {
        try (ClusterUser user = new ClusterUser(cluster, "e2e-minds-soak");
                Minds minds = new Minds(cluster, chronicle, user)) {
            user.apply(
                    Matrix.on(MATRIX, World.hostPath("minds-soak.gguf"))
                            .spec("recovery: {backoff: [1s], resetAfter: 1s}")
                            .instance(mind("subject", "Subject", ""))
                            .instance(mind("observer", "Observer", "subject"))
                            .instance(mind("god", "God", "subject, observer")));
            user.awaitReady(MATRIX, "subject", "observer", "god");
            minds.await(MATRIX, "god", 1, 1);
            Duration warm = Collections.min(List.of(LONG.dividedBy(3), WARM_MAX));
            Duration half = LONG.minus(warm).dividedBy(2);
            live(user, warm);
            Look before = look(user);
            Stored first = stored();
            live(user, half);
            Stored middle = stored();
            live(user, half);
            Look after = look(user);
            Stored last = stored();
            tell(minds, List.of(first, middle, last), before, after);
            nothingIsLost(user, minds);
            notGrown(before.operator(), after.operator());
            notGrown(before.chronicle(), after.chronicle());
            notGrown(before.god(), after.god());
            if (last.fileBytes() - first.fileBytes() > FILE_NOISE) {
                assertThat(last.bytesPerEntrySince(middle))
                        .as("bytes of the chronicle's file per entry")
                        .isLessThanOrEqualTo(middle.bytesPerEntrySince(first) * FILE_GROWTH);
            }
        }
    }

    private static void notGrown(ProcessSize before, ProcessSize after) {
        if (LONG.compareTo(HEAP_TELLS) >= 0) {
            after.assertNotGrownSince(before);
        } else {
            after.assertNoMoreOpenSince(before);
        }
    }

    /** One dies after the other, and each is serving again before the next does. */
    private void live(ClusterUser user, Duration time) {
        Duration between = Collections.max(List.of(LONG.dividedBy(DEATHS_MAX), BETWEEN_DEATHS_MIN));
        Instant begun = Instant.now();
        Instant end = begun.plus(time);
        Instant told = begun;
        for (Instant next = begun.plus(between.dividedBy(2));
                next.isBefore(end);
                next = next.plus(between)) {
            until(next);
            die(user);
            if (Duration.between(told, Instant.now()).compareTo(TOLD_EVERY) >= 0) {
                told = Instant.now();
                System.out.printf("minds: %s, deaths %s%n", stored(), killed);
            }
        }
        until(end);
    }

    private static void until(Instant when) {
        while (Instant.now().isBefore(when)) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    /** Subject by SIGKILL, observer by SIGKILL, subject for its memory, and so on. */
    private void die(ClusterUser user) {
        long before = killed.values().stream().mapToLong(Long::longValue).sum();
        String who = before % 3 == 1 ? "observer" : "subject";
        Pod pod = user.podOf(MATRIX, who);
        if (before % 3 == 2) {
            world.exhaustMemory(pod); // it may end itself before; a death it is in any case
        } else {
            world.kill(pod);
        }
        long deaths = killed.merge(who, 1L, Long::sum);
        Await.until(
                cluster,
                "%s is back after death %d".formatted(who, deaths),
                () -> {
                    assertThat(user.deaths(MATRIX, who)).isEqualTo(deaths);
                    assertThat(user.status(MATRIX, who).phase()).isEqualTo(Phase.Ready);
                });
    }

    private Look look(ClusterUser user) {
        Pod operator = Objects.requireNonNull(cluster.operator());
        ProcessSize.of(operator); // to be asked makes a thread and a socket
        ProcessSize.of(chronicle.pod());
        return new Look(
                ProcessSize.of(operator),
                closed(chronicle.pod()),
                ProcessSize.withoutHeap(user.podOf(MATRIX, "god")));
    }

    /**
     * An HTTP client of the JDK that nobody holds any more, which a collection finds, closes its
     * selector's four files when that next wakes, after 3 s at most.
     */
    private static ProcessSize closed(Pod pod) {
        ProcessSize size = ProcessSize.of(pod);
        for (Instant end = Instant.now().plus(CLOSED_WITHIN); Instant.now().isBefore(end); ) {
            LockSupport.parkNanos(LOOK.toNanos());
            size = size.fewest(ProcessSize.withoutHeap(pod));
        }
        return size;
    }

    private Stored stored() {
        double entries =
                Scrape.values(
                                chronicle.ask("", "/metrics").body(),
                                "brainmatrix_chronicle_entries ")
                        .findFirst()
                        .orElseThrow();
        long pid = World.processes(chronicle.pod()).getFirst().pid();
        Path data = Path.of("/proc/%d/root/data".formatted(pid));
        long bytes = 0;
        try (var files = Files.newDirectoryStream(data, "*.db")) {
            for (Path file : files) {
                bytes += Files.size(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Stored((long) entries, bytes);
    }

    private void tell(Minds minds, List<Stored> stored, Look before, Look after) {
        for (String who : List.of("subject", "observer", "god")) {
            Figures.line(
                    "minds: %s: %d thoughts, %d partial ones, %d deaths"
                            .formatted(
                                    who,
                                    minds.entries(MATRIX, who, "Thought").size(),
                                    minds.entries(MATRIX, who, "PartialThought").size(),
                                    minds.entries(MATRIX, who, "Death").size()));
        }
        Figures.line("minds: entries and bytes of the chronicle's file: " + stored);
        Figures.line("minds: operator %s -> %s".formatted(before.operator(), after.operator()));
        Figures.line("minds: chronicle %s -> %s".formatted(before.chronicle(), after.chronicle()));
        Figures.line("minds: god %s -> %s".formatted(before.god(), after.god()));
    }

    private void nothingIsLost(ClusterUser user, Minds minds) {
        for (String who : List.of("subject", "observer", "god")) {
            long deaths = killed.getOrDefault(who, 0L);
            assertThat(user.deaths(MATRIX, who)).as(who).isEqualTo(deaths);
            List<JsonNode> told = minds.entries(MATRIX, who, "Death");
            assertThat(told).as("deaths of %s that were told", who).hasSize((int) deaths);
            Minds.noneIsMissing(minds.entries(MATRIX, who, "Thought"));
        }
        minds.r14(MATRIX, "observer", minds.entries(MATRIX, "subject"));
        minds.r14(MATRIX, "god", minds.entries(MATRIX, "subject"));
        minds.r14(MATRIX, "god", minds.entries(MATRIX, "observer"));
    }
}
