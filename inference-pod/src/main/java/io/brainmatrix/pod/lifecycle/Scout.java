package io.brainmatrix.pod.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a model's file, or for another one in the place of one that is wrong, and for nothing
 * else: no guard, no engine, no port. It is no life; its end with 0 tells the operator that a life
 * will find the file.
 *
 * <p>It asks the file system twice a second instead of having itself told: a change from another
 * machine (NFS) or below another mount is told to nobody, and a look at a name costs microseconds.
 */
public final class Scout {
    /** Names the file, as the pod has it; where it is set, the process is a scout. */
    static final String ENVIRONMENT = "BRAINMATRIX_SCOUT";

    /** When a life had found it wrong; not set where it was missing. */
    static final String SINCE = "BRAINMATRIX_SCOUT_SINCE";

    private static final System.Logger LOG = System.getLogger(Scout.class.getName());
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private Scout() {}

    /**
     * Does a scout's work where the environment asks for it; returns once the file is there.
     *
     * @return whether it did: then the process is to end
     */
    public static boolean worked() {
        String file = System.getenv(ENVIRONMENT);
        if (file == null) {
            return false;
        }
        String since = System.getenv(SINCE);
        await(Path.of(file), since == null ? Optional.empty() : Optional.of(Instant.parse(since)));
        return true;
    }

    /**
     * Returns once the file is there.
     *
     * @param wrongUntil when a life had found it wrong: then once it is another
     */
    static void await(Path file, Optional<Instant> wrongUntil) {
        LOG.log(System.Logger.Level.INFO, "Waiting for {0}", file);
        Arrival arrival =
                new Arrival(
                        wrongUntil
                                .map(at -> OptionalLong.of(nanos(FileTime.from(at))))
                                .orElse(OptionalLong.empty()));
        while (!arrival.look(look(file), System.nanoTime())) {
            LockSupport.parkNanos(INTERVAL_NANOS);
        }
        LOG.log(System.Logger.Level.INFO, "{0} is there", file);
    }

    /** A file that a life would load: empty for one that it would call missing. */
    private static Optional<Arrival.Look> look(Path file) {
        if (!ModelLoad.isThere(file)) {
            return Optional.empty();
        }
        try {
            Map<String, Object> attributes =
                    Files.readAttributes(file, "unix:ino,size,ctime"); // Linux alone runs it
            return Optional.of(
                    new Arrival.Look(
                            (Long) of(attributes, "ino"),
                            (Long) of(attributes, "size"),
                            nanos((FileTime) of(attributes, "ctime"))));
        } catch (IOException e) {
            return Optional.empty(); // it went between the two
        }
    }

    private static Object of(Map<String, Object> attributes, String name) {
        return Objects.requireNonNull(attributes.get(name), name);
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }
}
