package io.brainmatrix.e2e;

import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A node's lane as a watch saw it: every holder, from when to when. */
final class LaneHistory implements AutoCloseable {
    /**
     * One version of the Lease.
     *
     * @param seen when it reached this test
     */
    private record Version(
            @Nullable String holder,
            @Nullable Instant acquired,
            @Nullable Instant renewed,
            Instant seen,
            long revision) {}

    /**
     * One hold.
     *
     * @param pod name of the holder's pod
     * @param to empty while it is held
     * @param revision with which it was taken
     */
    record Hold(String pod, Instant from, @Nullable Instant to, long revision) {
        Instant end() {
            if (to == null) {
                throw new AssertionError("the lane is still held by " + pod);
            }
            return to;
        }

        boolean covers(Instant begin, Instant end) {
            return !from.isAfter(begin) && !end().isBefore(end);
        }
    }

    private final List<Version> versions = new CopyOnWriteArrayList<>();
    private final Watch watch;

    /** The lane of the only node. */
    LaneHistory(Cluster cluster) {
        this(cluster, cluster.node());
    }

    LaneHistory(Cluster cluster, String node) {
        this.watch =
                cluster.client()
                        .leases()
                        .inNamespace(Chart.NAMESPACE)
                        .withName("brainmatrix-lane-" + node)
                        .watch(
                                new Watcher<Lease>() {
                                    @Override
                                    public void eventReceived(Action action, Lease lease) {
                                        versions.add(version(action, lease));
                                    }

                                    @Override
                                    public void onClose(WatcherException cause) {
                                        // The client takes the watch up again by itself; a gap
                                        // would show as a hold that nobody took.
                                    }
                                });
    }

    /** All holds so far, in the order in which they were taken. */
    List<Hold> holds() {
        List<Hold> holds = new ArrayList<>();
        String holder = null;
        Instant from = Instant.EPOCH;
        long revision = 0;
        for (Version version : versions) {
            if (Objects.equals(version.holder(), holder)) {
                continue;
            }
            Instant at = released(version);
            if (holder != null) {
                holds.add(new Hold(podOf(holder), from, at, revision));
            }
            holder = version.holder();
            from = version.acquired() == null ? version.seen() : version.acquired();
            revision = version.revision();
        }
        if (holder != null) {
            holds.add(new Hold(podOf(holder), from, null, revision));
        }
        return holds;
    }

    /** Who holds the lane now, as far as the watch has told. */
    @Nullable String holder() {
        return versions.isEmpty() ? null : versions.getLast().holder();
    }

    private static Instant released(Version version) {
        // The writer's own MicroTime where it left one; else when the watch told of it.
        return version.renewed() == null ? version.seen() : version.renewed();
    }

    /** {@code <namespace>/<pod>#<matrix uid>}. */
    private static String podOf(String holder) {
        return holder.substring(holder.indexOf('/') + 1, holder.indexOf('#'));
    }

    private static Version version(Watcher.Action action, Lease lease) {
        var spec = lease.getSpec();
        boolean free =
                action == Watcher.Action.DELETED
                        || spec == null
                        || spec.getHolderIdentity() == null
                        || spec.getHolderIdentity().isEmpty();
        return new Version(
                free ? null : spec.getHolderIdentity(),
                spec == null ? null : instant(spec.getAcquireTime()),
                spec == null ? null : instant(spec.getRenewTime()),
                Instant.now(),
                Revision.of(lease));
    }

    private static @Nullable Instant instant(@Nullable ZonedDateTime time) {
        return time == null ? null : time.toInstant();
    }

    @Override
    public void close() {
        watch.close();
    }
}
