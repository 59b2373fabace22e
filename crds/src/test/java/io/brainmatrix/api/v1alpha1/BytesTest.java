package io.brainmatrix.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BytesTest {
    // Each of these is a quantity for the API server's `isQuantity`, too.
    @ParameterizedTest
    @CsvSource({
        "700Mi, 734003200",
        "67108864, 67108864",
        "1.5Gi, 1610612736",
        ".5Gi, 536870912",
        "+700Mi, 734003200",
        "1G, 1000000000",
        "1e9, 1000000000",
        "1E9, 1000000000",
        "100000k, 100000000",
        "134217728000m, 134217728",
        "1Pi, 1125899906842624",
        "-1Mi, -1048576"
    })
    void countsBytesOfEachFormThatTheApiServerTakes(String quantity, long bytes) {
        assertThat(Bytes.of(new Quantity(quantity))).isEqualTo(bytes);
    }

    @Test
    void roundsAFractionOfAByteUp() {
        assertThat(Bytes.of(new Quantity("1500m"))).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999Ei", "much", ""})
    void refusesWhatIsNoCountOfBytes(String quantity) {
        assertThatIllegalArgumentException().isThrownBy(() -> Bytes.of(new Quantity(quantity)));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1023, 1023",
        "1024, 1Ki",
        "536870912, 512Mi",
        "1610612736, 1.5Gi",
        "15032385536, 14Gi",
        "-245760, -240Ki",
        "1073741823, 1Gi",
        "9223372036854775807, 8Ei"
    })
    void writesTheLargestUnitThatLeavesAtLeastOne(long bytes, String text) {
        assertThat(Bytes.text(bytes)).isEqualTo(text);
    }
}
