package io.brainmatrix.operator.admission;

import java.util.Optional;

/** Who holds a lane: exactly one pod of exactly one matrix. */
public record Holder(String namespace, String pod, String matrixUid) {
    /** The Lease's {@code holderIdentity}: {@code <namespace>/<pod name>#<matrix uid>}. */
    public String identity() {
        return namespace + "/" + pod + "#" + matrixUid;
    }

    /** Reads a {@code holderIdentity} back; empty for anything that this operator did not write. */
    public static Optional<Holder> parse(String identity) {
        int slash = identity.indexOf('/');
        int hash = identity.lastIndexOf('#');
        if (slash <= 0 || hash <= slash + 1 || hash == identity.length() - 1) {
            return Optional.empty();
        }
        return Optional.of(
                new Holder(
                        identity.substring(0, slash),
                        identity.substring(slash + 1, hash),
                        identity.substring(hash + 1)));
    }
}
