package io.brainmatrix.pod.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a model's file, and for nothing else: no guard, no engine, no port. It is no life; its
 * end with 0 tells the operator that a life will find the file.
 *
 * <p>It asks the file system twice a second instead of having itself told: a change from another
 * machine (NFS) or below another mount is told to nobody, and a look at a name costs microseconds.
 */
public final class Scout {
    /** Names the file, as the pod has it; where it is set, the process is a scout. */
    static final String ENVIRONMENT = "BRAINMATRIX_SCOUT";

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
        await(Path.of(file));
        return true;
    }

    /** Returns once the file is there. */
    static void await(Path file) {
        LOG.log(System.Logger.Level.INFO, "Waiting for {0}", file);
        Arrival arrival = new Arrival();
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
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(
                    new Arrival.Look(
                            attributes.size(),
                            attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS)));
        } catch (IOException e) {
            return Optional.empty(); // it went between the two
        }
    }
}
