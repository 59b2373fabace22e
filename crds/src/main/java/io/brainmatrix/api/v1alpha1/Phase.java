package io.brainmatrix.api.v1alpha1;

/** Where an instance is in its life; for display only. */
public enum Phase {
    /** Waits to be let in. */
    Waiting,
    /** Let in, not ready yet. */
    Loading,
    /** Answers requests. */
    Ready,
    /** Is being ended by the operator. */
    Stopping,
    /** Died and waits out its backoff. */
    BackOff,
    /** Died too often: waits for a change of its spec. */
    Suspended,
    /** Cannot start until its spec or its model is mended. */
    Faulty,
    /** Stopped because the spec says so. */
    Stopped
}
