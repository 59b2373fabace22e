package io.brainmatrix.operator.leader;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.Optional;
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
 * <p>A process that ends gives the Lease back after its last pass, and whoever stands by watches
 * for that and takes it at once; one that is killed leaves it to run out. A process that loses it,
 * because the API server did not answer in time, stops beginning passes at once and stands by
 * again. Lanes do not depend on this: they are taken by compare-and-set, and the simulation runs
 * two operators at once.
 */
public final class LeaseLeadership implements Leadership, AutoCloseable {
    /** Name of the Lease, in the operator's namespace. */
    public static final String LEASE = "brainmatrix-leader";

    /** 8 s until a killed leader is succeeded. */
    static final Times TIMES =
            new Times(Duration.ofSeconds(8), Duration.ofSeconds(5), Duration.ofSeconds(1));

    /**
     * How long what takes.
     *
     * @param lease how long a killed leader's successor waits
     * @param renewal a leader that could not renew for as long stops leading, before its Lease runs
     *     out
     * @param retry between two tries to renew it; tries to take it are up to 2.2 times as far apart
     */
    record Times(Duration lease, Duration renewal, Duration retry) {}

    /** The longest that the end of a process waits for passes under way. */
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(LeaseLeadership.class);

    private final KubernetesClient client;
    private final String namespace;
    private final String identity;
    private final Runnable gained;
    private final Times times;
    private final ExecutorService executor =
            Executors.newCachedThreadPool(
                    task -> Thread.ofPlatform().name("leader").daemon().unstarted(task));

    /** One party for this object, one for each pass under way. */
    private final Phaser passes = new Phaser(1);

    private volatile boolean leads;
    private volatile @Nullable String leader;
    private volatile boolean closed;
    private boolean calledForward;
    private @Nullable CompletableFuture<?> election;
    private @Nullable SharedIndexInformer<Lease> releases;

    /**
     * Nothing happens before {@link #start}.
     *
     * @param identity of this process among the others: its pod's name
     * @param gained called each time this process begins to lead: everything is to be looked at
     */
    public LeaseLeadership(
            KubernetesClient client, String namespace, String identity, Runnable gained) {
        this(client, namespace, identity, gained, TIMES);
    }

    LeaseLeadership(
            KubernetesClient client,
            String namespace,
            String identity,
            Runnable gained,
            Times times) {
        this.client = client;
        this.namespace = namespace;
        this.identity = identity;
        this.gained = gained;
        this.times = times;
    }

    /** Stands for election, again after each loss, until {@link #close}. */
    public synchronized void start() {
        if (closed || releases != null) {
            return;
        }
        stand();
        releases =
                client.leases()
                        .inNamespace(namespace)
                        .withName(LEASE)
                        .inform(
                                new ResourceEventHandler<>() {
                                    @Override
                                    public void onAdd(Lease lease) {}

                                    @Override
                                    public void onUpdate(Lease before, Lease lease) {
                                        if (isFree(lease)) {
                                            comeForward();
                                        }
                                    }

                                    @Override
                                    public void onDelete(Lease lease, boolean unknown) {
                                        // Not its holder's doing, who may act still.
                                    }
                                });
    }

    private synchronized void stand() {
        if (closed) {
            return;
        }
        calledForward = false;
        CompletableFuture<?> running =
                client.leaderElector()
                        .withConfig(
                                new LeaderElectionConfigBuilder()
                                        .withName(LEASE)
                                        .withLock(new LeaseLock(namespace, LEASE, identity))
                                        .withLeaseDuration(times.lease())
                                        .withRenewDeadline(times.renewal())
                                        .withRetryPeriod(times.retry())
                                        .withReleaseOnCancel(true)
                                        .withLeaderCallbacks(
                                                new LeaderCallbacks(
                                                        this::lead, this::standBy, this::told))
                                        .build())
                        .build()
                        .start();
        election = running;
        var _ = running.whenCompleteAsync((done, failure) -> standAgain(), executor);
    }

    private synchronized void standAgain() {
        standBy();
        Duration wait = calledForward ? Duration.ZERO : times.retry();
        CompletableFuture.delayedExecutor(wait.toMillis(), TimeUnit.MILLISECONDS, executor)
                .execute(this::stand);
    }

    /** Whoever stands by tries at once: a new election begins with a try. */
    private synchronized void comeForward() {
        if (closed || leads || calledForward || election == null) {
            return;
        }
        calledForward = true;
        election.cancel(true);
    }

    private static boolean isFree(Lease lease) {
        String holder = lease.getSpec() == null ? null : lease.getSpec().getHolderIdentity();
        return holder == null || holder.isEmpty();
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
        this.leader = leader;
        if (!leader.equals(identity)) {
            LOG.infof("Standing by lease=%s leader=%s", LEASE, leader);
        }
    }

    /** Identity of who leads, as far as this process has tried; empty before its first try. */
    Optional<String> leader() {
        return Optional.ofNullable(leader);
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
            if (releases != null) {
                releases.close();
            }
            if (election != null) {
                election.cancel(true); // releases
                emptied();
            }
        }
    }

    /**
     * The elector's release leaves our name in the Lease, with a second to run; without it whoever
     * stands by need not wait for that second.
     */
    private void emptied() {
        try {
            Lease last = client.leases().inNamespace(namespace).withName(LEASE).get();
            if (last != null && identity.equals(last.getSpec().getHolderIdentity())) {
                Lease free =
                        new LeaseBuilder(last)
                                .editSpec()
                                .withHolderIdentity(null)
                                .endSpec()
                                .build();
                // Not when somebody has taken it meanwhile: the version is compared.
                Lease _ = client.resource(free).lockResourceVersion().update();
            }
        } catch (KubernetesClientException e) {
            LOG.debugf(e, "Lease not emptied, it runs out by itself lease=%s", LEASE);
        }
    }
}
