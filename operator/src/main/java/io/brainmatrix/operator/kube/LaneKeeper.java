package io.brainmatrix.operator.kube;

import io.brainmatrix.operator.admission.Holder;
import io.brainmatrix.operator.admission.InstanceKey;
import io.brainmatrix.operator.workload.WorkloadNames;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Takes and gives back lanes by compare-and-set on their Leases: whoever saw an older version loses
 * (R1), across restarts and stale caches alike.
 */
public final class LaneKeeper {
    private static final Logger LOG = Logger.getLogger(LaneKeeper.class);

    private final ClusterApi api;
    private final String namespace;
    private final Clock clock;

    /** Keeps the lanes in the operator's own namespace. */
    public LaneKeeper(ClusterApi api, String namespace, Clock clock) {
        this.api = api;
        this.namespace = namespace;
        this.clock = clock;
    }

    /** The lane as the API server has it now. */
    public Optional<Lease> read(String node) {
        return api.get(Lease.class, namespace, WorkloadNames.lane(node));
    }

    /** All lanes as the API server has them now. */
    public List<Lease> readAll() {
        return api.lanes(namespace);
    }

    /** Who holds a lane, or held it last; empty when nobody is known. */
    static Optional<Holder> last(Lease lane) {
        return Optional.ofNullable(annotations(lane).get(WorkloadNames.LAST_HOLDER))
                .flatMap(Holder::parse);
    }

    /**
     * Takes the lane that was read as free; false when somebody was faster, be it in what was read.
     *
     * @param promised bytes that the holder is promised: other nodes see them before its pod
     */
    public boolean take(String node, Optional<Lease> seen, Holder holder, long promised) {
        if (seen.map(Lease::getSpec).map(LeaseSpec::getHolderIdentity).isPresent()) {
            return false;
        }
        ZonedDateTime now = clock.instant().atZone(ZoneOffset.UTC);
        LeaseBuilder lease =
                seen.map(LeaseBuilder::new)
                        .orElseGet(
                                () ->
                                        new LeaseBuilder()
                                                .withNewMetadata()
                                                .withName(WorkloadNames.lane(node))
                                                .withNamespace(namespace)
                                                .withLabels(
                                                        Map.of(
                                                                WorkloadNames.MANAGED_BY,
                                                                WorkloadNames.MANAGER))
                                                .addToAnnotations(WorkloadNames.NODE, node)
                                                .endMetadata());
        int transitions =
                seen.map(Lease::getSpec)
                        .map(s -> s.getLeaseTransitions())
                        .map(n -> n + 1)
                        .orElse(1);
        Lease wanted =
                lease.editMetadata()
                        .addToAnnotations(WorkloadNames.PROMISED, Long.toString(promised))
                        .addToAnnotations(WorkloadNames.LAST_HOLDER, holder.identity())
                        .endMetadata()
                        .editOrNewSpec()
                        .withHolderIdentity(holder.identity())
                        .withAcquireTime(now)
                        .withRenewTime(now)
                        .withLeaseTransitions(transitions)
                        .endSpec()
                        .build();
        return write(wanted, seen.isPresent());
    }

    /** Gives back the lane that was read as held by the holder; false when it has changed since. */
    public boolean release(Lease seen) {
        return write(
                new LeaseBuilder(seen)
                        .editOrNewSpec()
                        .withHolderIdentity(null)
                        .withRenewTime(clock.instant().atZone(ZoneOffset.UTC))
                        .endSpec()
                        .build(),
                true);
    }

    /** As {@link #release}, if that one holds it; says so in the log. */
    public void release(String node, Holder holder, String why, Optional<Lease> seen) {
        seen.filter(l -> holds(l, holder))
                .filter(this::release)
                .ifPresent(
                        released ->
                                LOG.infof(
                                        "Lane released node=%s namespace=%s pod=%s reason=%s",
                                        node, holder.namespace(), holder.pod(), why));
    }

    /** Whether that one holds the lane. */
    static boolean holds(Lease lease, Holder holder) {
        return lease.getSpec() != null
                && holder.identity().equals(lease.getSpec().getHolderIdentity());
    }

    /** Gives back the lane and notes on it that the API server refused the holder's pod. */
    public boolean releaseRefused(Lease seen, InstanceKey key, String message) {
        Lease noted =
                new LeaseBuilder(seen)
                        .editMetadata()
                        .withAnnotations(
                                Refusals.noted(annotations(seen), key, clock.instant(), message))
                        .endMetadata()
                        .build();
        return release(noted);
    }

    /**
     * Removes a lane that nobody needs any more; nothing happens when it has changed since it was
     * read.
     */
    public void remove(Lease seen) {
        api.deleteUnchanged(seen);
    }

    private static Map<String, String> annotations(Lease lease) {
        Map<String, String> annotations = lease.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    private boolean write(Lease lease, boolean exists) {
        try {
            if (exists) {
                api.update(lease); // of the version that was read: a later one is a conflict
            } else {
                api.create(lease);
            }
            return true;
        } catch (KubernetesClientException e) {
            // Another version by now, or none: the one that was seen may have been removed.
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
                    || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
