package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Reason;

/** Whether a candidate passes one of the gate's conditions; else why not, with numbers. */
record Verdict(boolean passes, Reason reason, String message) {
    static final Verdict PASSES = new Verdict(true, Reason.Loading, "");

    static Verdict no(Reason reason, String message) {
        return new Verdict(false, reason, message);
    }
}
