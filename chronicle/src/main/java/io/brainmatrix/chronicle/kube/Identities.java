package io.brainmatrix.chronicle.kube;

import io.brainmatrix.chronicle.access.Caller;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whose a token is, asked anew each time. */
public interface Identities {
    /** As {@link io.brainmatrix.chronicle.access.Callers#of}. */
    Optional<Caller> of(String token, @Nullable String namespace) throws IOException;
}
