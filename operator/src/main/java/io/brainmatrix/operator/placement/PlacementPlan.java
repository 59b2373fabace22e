package io.brainmatrix.operator.placement;

/** Where an instance goes. */
public sealed interface PlacementPlan {
    /** To this node, or it stays there. */
    record Place(String node) implements PlacementPlan {}

    /** Nowhere; a line per node says why. */
    record NoNodeFits(String message) implements PlacementPlan {}

    /**
     * Nodes that may run it could not hold its budget even if they were empty; a line per node says
     * so.
     */
    record BudgetExceedsNode(String message) implements PlacementPlan {}
}
