package io.brainmatrix.api.v1alpha1;

/**
 * Why an instance or a matrix is as it is; one cause each, documented in docs/api/brainmatrix.md.
 */
public enum Reason {
    /** It answers requests. */
    Ready,
    /** Let in; its pod is starting or its model is loading. */
    Loading,
    /** Another instance holds the node's lane. */
    WaitingForLane,
    /** Others are before it in the node's queue. */
    WaitingInQueue,
    /** What is promised on the node and what it needs exceed what the node can give. */
    WaitingForMemory,
    /** The node's memory is still moving. */
    WaitingForSettledMemory,
    /** The node swaps. */
    Swapping,
    /** The node's tasks stall for memory. */
    WaitingForPressure,
    /** The node is too hot. */
    WaitingForCooling,
    /** No fresh reading of the node's memory. */
    WaitingForReading,
    /** What it watches has never been ready yet. */
    WaitingForWatched,
    /** Its backoff after a death has not elapsed. */
    BackingOff,
    /** It died more often than {@code recovery.backoff} has entries. */
    TooManyDeaths,
    /** Its budget exceeds what any node could ever give it. */
    BudgetExceedsNode,
    /** No node may run it. */
    NoNodeFits,
    /** Its node is cordoned. */
    NodeUnschedulable,
    /** No model is named, or it is outside the allowed directories. */
    ModelNotAllowed,
    /** Its namespace may not have as much memory, or as high a priority. */
    OverNamespaceLimit,
    /** It has a mind, and the operator was installed without a chronicle. */
    ChronicleMissing,
    /** There is no file where its model should be. */
    ModelMissing,
    /** The model's file is not what its digest says. */
    DigestMismatch,
    /** The model's file is damaged or not supported. */
    ModelInvalid,
    /** The predicted footprint exceeds the budget. */
    FootprintOverBudget,
    /** It has a GPU budget, and its engine has no GPU, or did not put the layers there. */
    GpuUnavailable,
    /** The container's memory limit is missing or differs from the budget. */
    LimitNotApplied,
    /** The pod could not read its configuration. */
    ConfigurationInvalid,
    /** The model's volume is not there or not bound yet. */
    VolumeNotReady,
    /** The image could not be had. */
    ImageUnavailable,
    /** A volume of its pod could not be mounted. */
    MountFailed,
    /** The scheduler found no place for its pod on its node, for another cause than memory. */
    Unschedulable,
    /** The API server, the kubelet or the runtime refused its pod. */
    PodRefused,
    /** The previous pod is still ending. */
    WaitingForPreviousPod,
    /** The spec suspends the matrix. */
    Suspended,
    /** Its spec changed: the old life ends before the new one is let in. */
    Edited,
    /** It is no longer in the spec. */
    Removed,
    /** Its node is gone or does not answer. */
    NodeLost,
    /** Everything the spec asks for fits. */
    BudgetFits,
    /** Something is wrong with some instances. */
    SomeInstancesDegraded,
    /** Nothing is wrong. */
    AsDeclared,
    /** Some instances wait. */
    SomeInstancesWaiting,
    /** All instances are let in. */
    AllAdmitted,
    /** Nobody has looked yet. */
    NotObserved
}
