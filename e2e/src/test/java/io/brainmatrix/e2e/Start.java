package io.brainmatrix.e2e;

import java.time.Duration;
import java.time.Instant;

/**
 * One instance's way up.
 *
 * @param lane when it got the lane
 */
record Start(Instant lane, Load load, Instant ready) {
    /** Of one that serves, by the lane's history, the pod's own word and the kubelet's. */
    static Start of(
            ClusterUser user, String matrix, String name, LaneHistory lane, PodTimes times) {
        String pod = user.podOf(matrix, name).getMetadata().getName();
        return new Start(
                lane.holds().stream()
                        .filter(h -> h.pod().equals(pod))
                        .findFirst()
                        .orElseThrow()
                        .from(),
                Load.of(user, matrix, name),
                times.ready(pod).orElseThrow());
    }

    /** From its turn on; what came before was waiting. */
    Duration own() {
        return Duration.between(lane, ready);
    }

    boolean isBefore(Start other) {
        return lane.isBefore(other.lane);
    }

    boolean overlaps(Start other) {
        return load.overlaps(other.load);
    }

    /** In seconds since it was asked for. */
    String since(Instant asked) {
        return "lane at %.2f s, load from %.2f s to %.2f s, Ready at %.2f s"
                .formatted(
                        Bench.seconds(Duration.between(asked, lane)),
                        Bench.seconds(Duration.between(asked, load.from())),
                        Bench.seconds(Duration.between(asked, load.to())),
                        Bench.seconds(Duration.between(asked, ready)));
    }
}
