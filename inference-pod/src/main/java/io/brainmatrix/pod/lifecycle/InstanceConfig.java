package io.brainmatrix.pod.lifecycle;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.memory.footprint.CacheType;
import io.brainmatrix.pod.mind.MindConfig;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the operator says about this life, {@code contracts/instance.json}.
 *
 * @param priority the instance's own, at the time of its birth
 * @param nodeReserve bytes that admission keeps free on the node; absent when the operator does not
 *     know it
 * @param deaths by class; absent for none
 * @param mind absent for one that only answers
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record InstanceConfig(
        String namespace,
        String matrix,
        @Nullable String matrixUid,
        String instance,
        @Nullable String role,
        long life,
        int priority,
        @Nullable Long nodeReserve,
        Budget budget,
        Model model,
        Engine engine,
        @Nullable Map<String, Long> deaths,
        @Nullable MindConfig mind) {
    /** Name of the environment variable that holds it. */
    public static final String ENVIRONMENT = "BRAINMATRIX_INSTANCE";

    private static final int CONTEXT_MIN = 64;

    /**
     * Bytes.
     *
     * @param gpu absent for an instance that uses none
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Budget(long ram, @Nullable Long gpu) {}

    /**
     * The model's file.
     *
     * @param path in this pod
     * @param source as the user named it, for messages
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Model(String path, String source, @Nullable String sha256) {}

    /**
     * How the engine is run.
     *
     * @param contextLength tokens, over all slots
     * @param threads absent: the smaller of 4 and the cores; never more than the cores
     * @param parallel slots, requests answered at the same time
     * @param batchSize prompt tokens evaluated together
     * @param cacheTypeK ggml's name of the type of the cache of keys
     * @param cacheTypeV likewise of values; a quantised one needs flash attention
     * @param flashAttention false when absent
     * @param gpuLayers absent for as many as the GPU's budget holds
     * @param silenceTimeout how long it may have work and give no sign of life, as ISO-8601;
     *     absent: two minutes
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Engine(
            int contextLength,
            @Nullable Integer threads,
            int parallel,
            int batchSize,
            String cacheTypeK,
            String cacheTypeV,
            boolean flashAttention,
            @Nullable Integer gpuLayers,
            @Nullable String silenceTimeout) {
        @SuppressWarnings("ConstantConditions") // Jackson leaves absent components null
        private String wrong() {
            if (silenceTimeout != null && silence().isEmpty()) {
                return "engine.silenceTimeout `%s` must be a positive duration such as PT2M"
                        .formatted(silenceTimeout);
            }
            if (contextLength < CONTEXT_MIN
                    || parallel < 1
                    || batchSize < 1
                    || cacheTypeK == null
                    || cacheTypeV == null) {
                return "engine must name contextLength (at least %d), parallel, batchSize and cache types"
                        .formatted(CONTEXT_MIN);
            }
            if (threads != null && threads < 1) {
                return "engine.threads must be at least 1";
            }
            Optional<CacheType> values = CacheType.named(cacheTypeV);
            if (CacheType.named(cacheTypeK).isEmpty() || values.isEmpty()) {
                return "engine.cacheTypeK `%s` and cacheTypeV `%s` must be types of a cache, such as f16 and q8_0"
                        .formatted(cacheTypeK, cacheTypeV);
            }
            if (values.get().quantized() && !flashAttention) {
                return "engine.cacheTypeV `%s` is quantised, which needs flashAttention"
                        .formatted(cacheTypeV);
            }
            return "";
        }

        /** How long silence is borne; empty for the usual time. */
        public Optional<Duration> silence() {
            try {
                return Optional.ofNullable(silenceTimeout)
                        .map(Duration::parse)
                        .filter(Duration::isPositive);
            } catch (DateTimeParseException e) {
                return Optional.empty();
            }
        }
    }

    /**
     * Reads it.
     *
     * @throws Refusal when it is missing or nonsense
     */
    public static InstanceConfig parse(@Nullable String json) throws Refusal {
        if (json == null || json.isBlank()) {
            throw new Refusal(
                    ExitCode.Configuration,
                    "the environment variable %s is missing; this image is started by the operator"
                            .formatted(ENVIRONMENT));
        }
        InstanceConfig config;
        try {
            config = new ObjectMapper().readValue(json, InstanceConfig.class);
        } catch (JsonProcessingException e) {
            throw new Refusal(
                    ExitCode.Configuration,
                    "%s cannot be read: %s".formatted(ENVIRONMENT, e.getOriginalMessage()));
        }
        String wrong = config == null ? "it is null" : config.wrong();
        if (!wrong.isEmpty()) {
            throw new Refusal(
                    ExitCode.Configuration, "%s is not valid: %s".formatted(ENVIRONMENT, wrong));
        }
        return config;
    }

    /** Tokens of the context that one request has: llama.cpp shares it out to the slots. */
    public int slotTokens() {
        return engine.contextLength() / engine.parallel();
    }

    @SuppressWarnings("ConstantConditions") // Jackson leaves absent components null
    private String wrong() {
        if (namespace == null || matrix == null || instance == null) {
            return "namespace, matrix and instance must be named";
        }
        if (budget == null || budget.ram() <= 0) {
            return "budget.ram must be positive";
        }
        if (budget.gpu() != null && budget.gpu() <= 0) {
            return "budget.gpu must be positive";
        }
        if (model == null || model.path() == null || model.source() == null) {
            return "model.path and model.source must be named";
        }
        if (engine == null) {
            return "engine must be named";
        }
        String wrong = engine.wrong();
        return wrong.isEmpty() && mind != null ? mind.wrong(slotTokens()) : wrong;
    }
}
