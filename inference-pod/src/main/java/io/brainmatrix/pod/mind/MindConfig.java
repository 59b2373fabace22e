package io.brainmatrix.pod.mind;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the operator says of an instance's mind, {@code contracts/instance.json}.
 *
 * @param persona its text; absent when it is in the file that the operator mounts
 * @param personaName of the text or of the key in its ConfigMap, for the record
 * @param variables what {@code ${name}} in the persona stands for
 * @param watches instances whose thoughts and deaths it is told
 * @param interval between two thoughts, as ISO-8601
 * @param thoughtTokens of one thought at most
 * @param seed absent for one that is drawn anew for each life
 * @param temperaturePercent 0 takes the likeliest token each time
 * @param enginePercent of a slot's time that it has while requests want it; absent for {@link
 *     #ENGINE_PERCENT}
 * @param context how the prompt is shared out
 * @param blank whether it begins each life without the thoughts of those before
 * @param chronicle its address
 * @param lastDeath absent for one that has never died
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record MindConfig(
        @Nullable String persona,
        String personaName,
        @Nullable Map<String, String> variables,
        @Nullable List<String> watches,
        String interval,
        int thoughtTokens,
        @Nullable Integer seed,
        int temperaturePercent,
        @Nullable Integer enginePercent,
        Shares context,
        boolean blank,
        String chronicle,
        @Nullable LastDeath lastDeath) {
    /** The API's default, which the operator leaves out. */
    static final int ENGINE_PERCENT = 10;

    /** Percent of the prompt's tokens that each part may have; 100 at most in all. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Shares(int persona, int deaths, int memory, int watched, int thoughts) {
        boolean valid() {
            int least = Math.min(Math.min(persona, deaths), Math.min(memory, watched));
            return Math.min(least, thoughts) >= 0
                    && persona + deaths + memory + watched + thoughts <= 100;
        }
    }

    /** The latest death that it is told of. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record LastDeath(
            @com.fasterxml.jackson.annotation.JsonProperty("class") String endClass,
            long life,
            String at) {
        /** When it was, by the node's clock. */
        Optional<Instant> when() {
            try {
                return Optional.of(Instant.parse(at));
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }
    }

    /** Between two thoughts. */
    public Duration pause() {
        return Duration.parse(interval);
    }

    /** Percent of a slot's time that it has while requests want it. */
    public int share() {
        return enginePercent == null ? ENGINE_PERCENT : enginePercent;
    }

    /** Those whose thoughts and deaths it is told. */
    public List<String> watched() {
        return watches == null ? List.of() : watches;
    }

    /**
     * What is wrong with it; empty when nothing is.
     *
     * @param slotTokens of the context that one request has
     */
    @SuppressWarnings("ConstantConditions") // Jackson leaves absent components null
    public String wrong(int slotTokens) {
        if (personaName == null || interval == null || context == null || chronicle == null) {
            return "mind must name personaName, interval, context and chronicle";
        }
        try {
            if (pause().isNegative()) {
                return "mind.interval must not be negative";
            }
        } catch (DateTimeException e) {
            return "mind.interval `%s` must be a duration such as PT5S".formatted(interval);
        }
        if (!context.valid()) {
            return "mind.context must have shares from 0 that are at most 100 together";
        }
        if (temperaturePercent < 0 || (seed != null && seed < 0)) {
            return "mind.temperaturePercent and mind.seed must not be negative";
        }
        if (share() < 0 || share() > 100) {
            return "mind.enginePercent must be from 0 to 100";
        }
        return thoughtTokens < 1 || thoughtTokens >= slotTokens
                ? "mind.thoughtTokens must be at least 1 and less than the context of a request, %d"
                        .formatted(slotTokens)
                : "";
    }
}
