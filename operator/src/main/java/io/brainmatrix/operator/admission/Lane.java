package io.brainmatrix.operator.admission;

import java.util.Optional;

/**
 * A node's admission lane as its Lease shows it. It never expires by time (R1).
 *
 * @param holder empty when the lane is free
 * @param foreign a holder that this operator did not write: the lane is not free, and nobody here
 *     may release it
 */
public record Lane(Optional<Holder> holder, Optional<String> foreign) {
    /** A lane that nobody holds. */
    public static Lane free() {
        return new Lane(Optional.empty(), Optional.empty());
    }

    /** A lane held by one of our pods. */
    public static Lane heldBy(Holder holder) {
        return new Lane(Optional.of(holder), Optional.empty());
    }

    /** Reads a Lease's {@code holderIdentity}; null and blank mean free. */
    public static Lane of(@org.jspecify.annotations.Nullable String identity) {
        if (identity == null || identity.isBlank()) {
            return free();
        }
        Optional<Holder> holder = Holder.parse(identity);
        return new Lane(holder, holder.isPresent() ? Optional.empty() : Optional.of(identity));
    }

    /** Who holds it, for people: {@code <namespace>/<pod>}; empty when nobody does. */
    public Optional<String> text() {
        return holder.map(h -> h.namespace() + "/" + h.pod()).or(() -> foreign);
    }
}
