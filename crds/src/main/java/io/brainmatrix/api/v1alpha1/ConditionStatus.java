package io.brainmatrix.api.v1alpha1;

/** Whether a condition holds. */
public enum ConditionStatus {
    /** It holds. */
    True,
    /** It does not hold. */
    False,
    /** Nobody knows. */
    Unknown;

    /** The status for a fact that is known. */
    public static ConditionStatus of(boolean holds) {
        return holds ? True : False;
    }
}
