package io.brainmatrix.chronicle.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** When a token ends, by its own claim; to be believed only once the API server took it. */
final class TokenEnd {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenEnd() {}

    static Optional<Instant> of(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty(); // no JWT: an opaque token of another authenticator
        }
        try {
            JsonNode end = JSON.readTree(Base64.getUrlDecoder().decode(parts[1])).path("exp");
            return end.isNumber()
                    ? Optional.of(Instant.ofEpochSecond(end.longValue()))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
