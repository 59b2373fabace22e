package io.brainmatrix.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackstopTest {
    /**
     * The SDK counts in hours unless told otherwise, and its timer keeps what was put off until its
     * time would have come.
     */
    @ParameterizedTest
    @ValueSource(classes = {MatrixReconciler.class, NodeReconciler.class})
    void everythingIsLookedAtOnceAMinuteWhateverHappens(Class<?> reconciler) {
        MaxReconciliationInterval interval =
                reconciler.getAnnotation(ControllerConfiguration.class).maxReconciliationInterval();

        assertThat(Duration.of(interval.interval(), interval.timeUnit().toChronoUnit()))
                .isEqualTo(Duration.ofMinutes(1));
    }
}
