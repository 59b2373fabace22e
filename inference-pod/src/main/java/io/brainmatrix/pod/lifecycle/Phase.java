package io.brainmatrix.pod.lifecycle;

/** What the pod is doing; in this order. */
public enum Phase {
    Starting,
    Checking,
    Loading,
    Verifying,
    Serving,
    Draining,
    Ended
}
