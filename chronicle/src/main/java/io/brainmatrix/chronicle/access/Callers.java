package io.brainmatrix.chronicle.access;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells whose a bearer token is. */
public interface Callers {
    /**
     * Whose token it is; empty when it proves nothing.
     *
     * @param namespace the one that a person asks to read
     * @throws IOException when nobody can tell now
     */
    Optional<Caller> of(String token, @Nullable String namespace) throws IOException;
}
