package io.brainmatrix.operator.leader;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Leads while it holds the Lease {@value #LEASE}.
 *
 * <p>A process that ends gives the Lease back after its last pass, so that the next one acts within
 * about {@link #RETRY}; one that is killed leaves it to run out, {@link #DURATION}. A process that
 * loses it, because the API server did not answer in time, stops beginning passes at once and
 * stands by again. Lanes do not depend on this: they are taken by compare-and-set, and the
 * simulation runs two operators at once.
 */
public final class LeaseLeadership implements Leadership, AutoCloseable {
    /** Name of the Lease, in the operator's namespace. */
    public static final String LEASE = "brainmatrix-leader";

    /** How long a killed leader's successor waits. */
    static final Duration DURATION = Duration.ofSeconds(8);

    /** A leader that could not renew for as long stops leading, before its Lease runs out. */
    static final Duration RENEW_DEADLINE = Duration.ofSeconds(5);

    /** Between two tries to take or renew it. */
    static final Duration RETRY = Duration.ofSeconds(1);

    /** The longest that the end of a process waits for passes under way. */
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(LeaseLeadership.class);

    private final KubernetesClient client;
    private final String namespace;
    private final String identity;
    private final Runnable gained;
    private final ExecutorService executor =
            Executors.newCachedThreadPool(
                    task -> Thread.ofPlatform().name("leader").daemon().unstarted(task));

    /** One party for this object, one for each pass under way. */
    private final Phaser passes = new Phaser(1);

    private volatile boolean leads;
    private volatile boolean closed;
    private @Nullable CompletableFuture<?> election;

    /**
     * Nothing happens before {@link #start}.
     *
     * @param identity of this process among the others: its pod's name
     * @param gained called each time this process begins to lead: everything is to be looked at
     */
    public LeaseLeadership(
            KubernetesClient client, String namespace, String identity, Runnable gained) {
        this.client = client;
        this.namespace = namespace;
        this.identity = identity;
        this.gained = gained;
    }

    /** Stands for election, again after each loss, until {@link #close}. */
    public synchronized void start() {
        if (closed) {
            return;
        }
        CompletableFuture<?> running =
                client.leaderElector()
                        .withConfig(
                                new LeaderElectionConfigBuilder()
                                        .withName(LEASE)
                                        .withLock(new LeaseLock(namespace, LEASE, identity))
                                        .withLeaseDuration(DURATION)
                                        .withRenewDeadline(RENEW_DEADLINE)
                                        .withRetryPeriod(RETRY)
                                        .withReleaseOnCancel(true)
                                        .withLeaderCallbacks(
                                                new LeaderCallbacks(
                                                        this::lead, this::standBy, this::told))
                                        .build())
                        .build()
                        .start();
        election = running;
        var _ =
                running.whenCompleteAsync(
                        (done, failure) -> {
                            standBy();
                            start();
                        },
                        CompletableFuture.delayedExecutor(
                                RETRY.toMillis(), TimeUnit.MILLISECONDS, executor));
    }

    private void lead() {
        if (closed) {
            return;
        }
        LOG.infof("Leading lease=%s identity=%s", LEASE, identity);
        leads = true;
        executor.execute(gained);
    }

    private void standBy() {
        if (leads) {
            LOG.infof("No longer leading lease=%s identity=%s", LEASE, identity);
        }
        leads = false;
    }

    private void told(String leader) {
        if (!leader.equals(identity)) {
            LOG.infof("Standing by lease=%s leader=%s", LEASE, leader);
        }
    }

    @Override
    public boolean leads() {
        return leads;
    }

    @Override
    public boolean begin() {
        passes.register();
        if (leads) {
            return true;
        }
        passes.arriveAndDeregister();
        return false;
    }

    @Override
    public void end() {
        passes.arriveAndDeregister();
    }

    /** Begins no pass any more, waits for those under way, and gives the Lease back. */
    @Override
    public void close() {
        closed = true;
        leads = false;
        try {
            passes.awaitAdvanceInterruptibly(
                    passes.arrive(), DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.warnf("Passes still under way after %s, handing on regardless", DRAIN);
        }
        synchronized (this) {
            if (election != null) {
                election.cancel(true); // releases
            }
        }
    }
}
