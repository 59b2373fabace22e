package io.brainmatrix.operator.leader;

/**
 * Whether this process may act. Passes are bracketed by {@link #begin} and {@link #end}, so that
 * leadership is handed on only when none is under way.
 */
public interface Leadership {
    /** Whether this process leads now. */
    boolean leads();

    /** Begins a pass; false when this process does not lead, and then nothing may be done. */
    boolean begin();

    /** Ends a pass that has begun. */
    void end();

    /** The only process there is. */
    static Leadership alone() {
        return new Leadership() {
            @Override
            public boolean leads() {
                return true;
            }

            @Override
            public boolean begin() {
                return true;
            }

            @Override
            public void end() {}
        };
    }
}
