package io.brainmatrix.api.v1alpha1;

/** What a life knows of those before it. */
public enum MindHistory {
    /** Their latest thoughts, and what ended them. */
    Continue,
    /** No thought of theirs. */
    Blank
}
