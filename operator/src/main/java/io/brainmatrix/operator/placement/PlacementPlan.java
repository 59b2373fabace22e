package io.brainmatrix.operator.placement;

/** Where an instance goes. */
public sealed interface PlacementPlan {
    /** To this node, or it stays there. */
    record Place(String node) implements PlacementPlan {}

    /** Nowhere; a line per node says why. */
    record NoNodeFits(String message) implements PlacementPlan {}
}
