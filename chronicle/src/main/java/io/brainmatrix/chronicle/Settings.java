package io.brainmatrix.chronicle;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.chronicle.store.Database;
import io.brainmatrix.chronicle.store.PostgresDatabase;
import io.brainmatrix.chronicle.store.Retention;
import io.brainmatrix.chronicle.store.SqliteDatabase;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the chart sets.
 *
 * @param operator the operator's user name
 * @param readers groups whose members may read everything
 * @param namespaces of matrices, the only ones whose pods may be looked at; all when empty
 */
record Settings(
        Database database,
        Retention retention,
        String operator,
        Set<String> readers,
        Set<String> namespaces) {
    private static final String PREFIX = "BRAINMATRIX_CHRONICLE_";

    /**
     * Read from the environment's variables.
     *
     * @throws IllegalArgumentException with the variable at fault
     */
    static Settings of(Map<String, String> environment) {
        return new Settings(
                database(environment),
                new Retention(maxAge(environment), maxBytes(environment)),
                required(environment, "OPERATOR"),
                names(environment, "READERS"),
                names(environment, "NAMESPACES"));
    }

    private static Set<String> names(Map<String, String> environment, String name) {
        return Arrays.stream(value(environment, name).split(",", -1))
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Database database(Map<String, String> environment) {
        String url = value(environment, "JDBC_URL");
        if (url.isEmpty()) {
            return new SqliteDatabase(
                    Path.of(required(environment, "DIRECTORY")).resolve("chronicle.db"));
        }
        if (!url.startsWith("jdbc:postgresql:")) {
            throw wrong("JDBC_URL", "must begin with jdbc:postgresql:");
        }
        return new PostgresDatabase(
                url, value(environment, "JDBC_USER"), value(environment, "JDBC_PASSWORD"));
    }

    private static Duration maxAge(Map<String, String> environment) {
        String text = value(environment, "MAX_AGE");
        try {
            return text.isEmpty() ? Duration.ZERO : Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw wrong("MAX_AGE", "is no duration; write it like 720h");
        }
    }

    private static long maxBytes(Map<String, String> environment) {
        String text = value(environment, "MAX_BYTES");
        try {
            long bytes = text.isEmpty() ? 0 : Bytes.of(Quantity.parse(text));
            if (bytes >= 0) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw wrong("MAX_BYTES", "is no quantity; write it like 1Gi");
    }

    private static String value(Map<String, String> environment, String name) {
        return environment.getOrDefault(PREFIX + name, "").strip();
    }

    private static String required(Map<String, String> environment, String name) {
        String value = value(environment, name);
        if (value.isEmpty()) {
            throw wrong(name, "is missing; the chart sets it");
        }
        return value;
    }

    private static IllegalArgumentException wrong(String name, String what) {
        return new IllegalArgumentException("%s%s %s".formatted(PREFIX, name, what));
    }
}
