package io.brainmatrix.operator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Instance;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The operator's side of {@code contracts/instance.json}; the inference pod reads the same file.
 */
class InstanceEnvironmentTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void isWrittenAsAgreed() throws Exception {
        BrainMatrix matrix =
                Serialization.unmarshal(
                        """
                        apiVersion: brainmatrix.io/v1alpha1
                        kind: BrainMatrix
                        metadata: {name: glass-jar, namespace: brains, uid: 6a1f5c1e-8b1b-4a57-9d5a-1c2d3e4f5a6b}
                        spec:
                          model:
                            hostPath: /var/lib/brainmatrix/models/chain.gguf
                            sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
                          instances:
                          - name: subject
                            role: Subject
                            priority: 10
                            budget: {ram: 512Mi, gpu: 1Gi}
                            engine: {contextLength: 2048, threads: 2, parallel: 1, batchSize: 512, cacheTypeK: f16, cacheTypeV: q8_0, flashAttention: true, gpuLayers: 12, silenceTimeout: 1m30s}
                            mind:
                              persona: {text: "You are ${instance}, and ${mood}.", variables: {mood: calm}}
                              interval: 2s
                              thoughtTokens: 64
                              seed: 7
                              temperaturePercent: 0
                              enginePercent: 25
                              context: {persona: 40, deaths: 5, memory: 5, watched: 0, thoughts: 50}
                              history: Blank
                        """,
                        BrainMatrix.class);
        Instance instance = matrix.getSpec().instances().getFirst();

        String written =
                InstanceEnvironment.json(
                        matrix,
                        instance,
                        3,
                        512L << 20,
                        Objects.requireNonNull(matrix.getSpec().model()),
                        new ModelVolume.HostDirectory(
                                "/var/lib/brainmatrix/models", "chain.gguf", "volume", "claim"),
                        Map.of("OutOfMemory", 1L, "Killed", 1L),
                        MindEnvironment.of(
                                instance,
                                Optional.of(
                                        URI.create(
                                                "http://brainmatrix-chronicle.brainmatrix-system")),
                                Optional.of(
                                        new Crash(
                                                "uid",
                                                2L,
                                                EndClass.Killed,
                                                137,
                                                Instant.parse("2026-01-01T00:00:00Z"),
                                                null,
                                                null,
                                                null,
                                                null))));

        assertThat(JSON.readTree(written))
                .isEqualTo(JSON.readTree(Files.readString(Path.of("../contracts/instance.json"))));
    }
}
