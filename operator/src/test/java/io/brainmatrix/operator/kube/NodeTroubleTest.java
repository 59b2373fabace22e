package io.brainmatrix.operator.kube;

import static io.brainmatrix.operator.kube.OneNode.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.operator.admission.NodeReading;
import io.fabric8.kubernetes.api.model.Node;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a node's state closes its gate, from what the agent and the kubelet write. */
class NodeTroubleTest {
    private static final String CALM = "Ready: 'True', MemoryPressure: 'False'";

    /** What the agent writes; whether it swaps, whether memory is short, and the words for it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "swap: {disk: 0, zram: 0, inPerSecond: 0, outPerSecond: 0} | false | false | ''",
                "swap: {disk: 0, zram: 3221225472, inPerSecond: 0, outPerSecond: 0} | false | false | ''",
                "swap: {disk: 16777216, zram: 0} | false | false | ''",
                "swap: {disk: 33554432, zram: 0} | true | false | 32Mi in swap on a disk",
                "swap: {zram: 4096, inPerSecond: 4096} | true | false | pages are being swapped",
                "swap: {zram: 4096, outPerSecond: 4096} | true | false | pages are being swapped",
                "pressure: {someAvg10: 9000, fullAvg10: 1000} | false | false | ''",
                "pressure: {someAvg10: 9000, fullAvg10: 1001} | false | true | all tasks stalled for memory in 10.0 % of the last 10 s",
                "pressure: {someAvg10: 9000} | false | false | ''",
            })
    void ofMemory(String written, boolean swapping, boolean pressured, String words) {
        NodeReading reading = read(written, CALM);

        assertThat(reading.swapping()).isEqualTo(swapping);
        assertThat(reading.pressured()).isEqualTo(pressured);
        assertThat(reading.trouble()).isEqualTo(words);
        assertThat(reading.heat()).isEmpty();
    }

    @Test
    void theKubeletsWordForItCounts() {
        NodeReading reading = read("slopePerSecond: 0", "Ready: 'True', MemoryPressure: 'True'");

        assertThat(reading.pressured()).isTrue();
        assertThat(reading.trouble()).isEqualTo("the kubelet reports MemoryPressure");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "milliCelsius: 90000, stopMilliCelsius: 90000 | zone cpu has 90.0 °C, nobody is let in from 90.0 °C on",
                "milliCelsius: 89999, stopMilliCelsius: 90000 | ''",
                // Nobody knows where this zone's limit is.
                "milliCelsius: 120000 | ''",
            })
    void ofHeat(String written, String words) {
        NodeReading reading = read("temperature: {zone: cpu, %s}".formatted(written), CALM);

        assertThat(reading.heat().orElse("")).isEqualTo(words);
    }

    private static NodeReading read(String written, String conditions) {
        NodeMemory memory =
                yaml(
                        NodeMemory.class,
                        """
                        metadata: {name: edge}
                        status:
                          heartbeat: 2026-01-01T12:00:00Z
                          capacity: 8589934592
                          available: 6442450944
                          reserve: 0
                          settleWindow: 1s
                          %s
                        """
                                .formatted(written));
        StringBuilder told = new StringBuilder();
        for (String condition : conditions.split(", ")) {
            String[] parts = condition.split(": ");
            told.append("  - {type: %s, status: %s}%n".formatted(parts[0], parts[1]));
        }
        Node node =
                yaml(
                        Node.class,
                        "metadata: {name: edge}\nstatus:\n  allocatable: {memory: 8Gi}\n  conditions:\n"
                                + told);
        return new OneNode(node, memory, List.of(), List.of(), Optional.empty())
                .read()
                .reading()
                .orElseThrow();
    }
}
