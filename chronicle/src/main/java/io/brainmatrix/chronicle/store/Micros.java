package io.brainmatrix.chronicle.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as the tables have them: whole microseconds since 1970. */
final class Micros {
    private Micros() {}

    static long of(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    static Instant at(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
