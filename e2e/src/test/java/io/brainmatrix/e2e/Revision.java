package io.brainmatrix.e2e;

import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * The store's revision that made a version of an object. It grows with every write to whatever
 * object of the cluster: which of two things came first it tells where clocks and watches, each
 * with its own delay, do not.
 */
final class Revision {
    private Revision() {}

    /** Of the version that was read; of a watch's last word on an object: of its deletion. */
    static long of(HasMetadata object) {
        return Long.parseLong(object.getMetadata().getResourceVersion());
    }
}
