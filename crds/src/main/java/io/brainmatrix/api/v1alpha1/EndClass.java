package io.brainmatrix.api.v1alpha1;

/** What ended a life; which of them are deaths and use a try is recovery's decision table. */
public enum EndClass {
    /** The kernel killed it at its own memory limit. */
    OutOfMemory,
    /** The kernel killed it because the node ran out of memory. */
    NodeOutOfMemory,
    /** The guard ended its load before the limit was reached. */
    LoadAborted,
    /** It was not ready within {@code admission.loadTimeout}. */
    LoadTimedOut,
    /** The guard ended it for its own budget. */
    GuardEnded,
    /** The engine failed or took the process down. */
    EngineFault,
    /** It had work and produced nothing. */
    Hung,
    /** A SIGKILL or SIGTERM from outside. */
    Killed,
    /** None of the others. */
    Unclassified,
    /** Ended for the node's sake, its own budget kept. */
    ShedForNode,
    /** The node started anew. */
    NodeRebooted,
    /** The node is gone. */
    NodeLost,
    /** Evicted by the kubelet, the API, a preemption or a taint. */
    Evicted,
    /** Its model or its configuration is at fault. */
    ConfigurationFault,
    /** Its image could not be had. */
    ImageUnavailable,
    /** A volume of its pod could not be mounted. */
    MountFailed,
    /** The scheduler found no place for its pod on its node, for another cause than memory. */
    Unschedulable,
    /** The API server, the kubelet or the runtime refused its pod. */
    PodRefused,
    /** Ended by the operator: edit, suspend, restart, removal, drain. */
    Stopped
}
