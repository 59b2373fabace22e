package io.brainmatrix.chronicle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.brainmatrix.chronicle.store.PostgresDatabase;
import io.brainmatrix.chronicle.store.Retention;
import io.brainmatrix.chronicle.store.SqliteDatabase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final String PREFIX = "BRAINMATRIX_CHRONICLE_";

    private static Settings with(String... pairs) {
        Map<String, String> environment = new HashMap<>();
        environment.put(PREFIX + "OPERATOR", "system:serviceaccount:s:o");
        environment.put(PREFIX + "DIRECTORY", "/data");
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(PREFIX + pairs[i], pairs[i + 1]);
        }
        return Settings.of(environment);
    }

    @Test
    void whatIsNotSetIsNoBound() {
        Settings settings = with();
        assertThat(settings.database()).isInstanceOf(SqliteDatabase.class);
        assertThat(settings.retention()).isEqualTo(Retention.FOREVER);
        assertThat(settings.readers()).isEmpty();
        assertThat(settings.namespaces()).isEmpty();
    }

    @Test
    void everySettingIsRead() {
        Settings settings =
                with(
                        "JDBC_URL", "jdbc:postgresql://db/x",
                        "MAX_AGE", "720h",
                        "MAX_BYTES", "1Gi",
                        "READERS", "a, system:b ,",
                        "NAMESPACES", "brains,minds");
        assertThat(settings.database()).isInstanceOf(PostgresDatabase.class);
        assertThat(settings.retention()).isEqualTo(new Retention(Duration.ofDays(30), 1L << 30));
        assertThat(settings.readers()).containsExactlyInAnyOrder("a", "system:b");
        assertThat(settings.namespaces()).containsExactlyInAnyOrder("brains", "minds");
    }

    @Test
    void whatIsWrongIsNamed() {
        assertThatThrownBy(() -> with("MAX_AGE", "soon")).hasMessageContaining(PREFIX + "MAX_AGE");
        assertThatThrownBy(() -> with("MAX_BYTES", "-1")).hasMessageContaining("MAX_BYTES");
        assertThatThrownBy(() -> with("MAX_BYTES", "much")).hasMessageContaining("MAX_BYTES");
        assertThatThrownBy(() -> with("JDBC_URL", "jdbc:mysql:x")).hasMessageContaining("JDBC_URL");
        assertThatThrownBy(() -> with("OPERATOR", "")).hasMessageContaining("OPERATOR");
        assertThatThrownBy(() -> with("DIRECTORY", " ")).hasMessageContaining("DIRECTORY");
    }
}
