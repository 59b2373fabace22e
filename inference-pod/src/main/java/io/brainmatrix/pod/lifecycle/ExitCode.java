package io.brainmatrix.pod.lifecycle;

/**
 * How the process ends; never 0, a pod that ends by itself is no success. See {@code
 * contracts/README.md}.
 */
public enum ExitCode {
    Configuration(10),
    ModelMissing(11),
    DigestMismatch(12),
    ModelInvalid(13),
    OverBudget(14),
    NoGpu(15),
    NoLimit(20),
    LoadAborted(30),
    GuardEnded(31),
    Hung(32),
    ShedForNode(33),
    EngineFault(40),
    Drained(143);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number. */
    public int code() {
        return code;
    }
}
