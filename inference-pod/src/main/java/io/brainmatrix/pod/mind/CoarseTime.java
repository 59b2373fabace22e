package io.brainmatrix.pod.mind;

import java.time.Duration;

/** How long ago something was, in words that say no more than a mind would feel. */
final class CoarseTime {
    private CoarseTime() {}

    /** Such as {@code minutes ago}; two clocks that disagree yield {@code some time ago}. */
    static String ago(Duration since) {
        if (since.isNegative()) {
            return "some time ago";
        }
        if (since.toSeconds() < 60) {
            return "moments ago";
        }
        if (since.toMinutes() < 60) {
            return "minutes ago";
        }
        if (since.toHours() < 24) {
            return "hours ago";
        }
        return since.toDays() < 14 ? "days ago" : "long ago";
    }
}
