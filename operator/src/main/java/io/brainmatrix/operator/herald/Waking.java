package io.brainmatrix.operator.herald;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Has the chronicle run once some matrix has a mind, and says whether there is anybody to tell
 * until then. It is asked to run once for each time that minds appear: whoever stops it by hand
 * while they are there is not contradicted. For one thread.
 */
public final class Waking {
    private static final Logger LOG = Logger.getLogger(Waking.class);

    /** After a try that failed; doubled each time. */
    static final Duration FIRST = Duration.ofSeconds(2);

    static final Duration LONGEST = Duration.ofMinutes(1);

    private final boolean always;
    private final Runnable scale;
    private final LongSupplier nanos;
    private boolean asked;
    private Duration pause = FIRST;
    private long notBeforeNanos;

    private Waking(boolean always, Runnable scale, LongSupplier nanos) {
        this.always = always;
        this.scale = scale;
        this.nanos = nanos;
        this.notBeforeNanos = nanos.getAsLong();
    }

    /** It runs whoever has a mind: somebody else sees to that. */
    public static Waking always() {
        return new Waking(true, () -> {}, () -> 0);
    }

    /**
     * It is asked to run when it is needed.
     *
     * @param scale asks it to run, at least once; throws what the client throws when that fails
     * @param nanos the monotonic clock
     */
    public static Waking onDemand(Runnable scale, LongSupplier nanos) {
        return new Waking(false, scale, nanos);
    }

    /** Whether it is to be told of what happens to these matrices, all that there are. */
    boolean isUp(List<BrainMatrix> matrices) {
        if (always) {
            return true;
        }
        if (matrices.stream().noneMatch(Waking::hasMind)) {
            asked = false;
            return false;
        }
        if (!asked && nanos.getAsLong() - notBeforeNanos >= 0) {
            ask();
        }
        return asked;
    }

    private void ask() {
        try {
            scale.run();
            LOG.info("Some matrix has a mind: the chronicle is to run");
            asked = true;
            pause = FIRST;
        } catch (KubernetesClientException e) {
            LOG.warnf("The chronicle cannot be had to run: %s", e.getMessage());
            notBeforeNanos = nanos.getAsLong() + pause.toNanos();
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
        }
    }

    private static boolean hasMind(BrainMatrix matrix) {
        return matrix.getSpec().instances().stream().anyMatch(i -> i.mind() != null);
    }
}
