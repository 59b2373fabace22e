package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** A mind: an instance that thinks by itself, and is told of its deaths and of whom it watches. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Mind(
        @JsonPropertyDescription("Who it is, for the whole of each life.") @Required
                Persona persona,
        @JsonPropertyDescription(
                        "How long it waits after a thought; four times as long while memory makes requests queue.")
                @Default("5s")
                @Nullable String interval,
        @JsonPropertyDescription("Tokens of one thought, at most.")
                @Default("128")
                @Min(1)
                @Max(4096)
                @Nullable Integer thoughtTokens,
        @JsonPropertyDescription(
                        "What each of its thoughts is drawn by, with the life and the thought's number; absent for one that is drawn anew for each life.")
                @Min(0)
                @Max(2147483647)
                @Nullable Integer seed,
        @JsonPropertyDescription("How freely it is drawn, in percent; 0 takes the likeliest.")
                @Default("80")
                @Min(0)
                @Max(200)
                @Nullable Integer temperaturePercent,
        @JsonPropertyDescription(
                        "Percent of a slot's time that it has while requests of the API wait for one; 0 stands back for all of them, 100 for none. It thinks whenever none waits.")
                @Default("10")
                @Min(0)
                @Max(100)
                @Nullable Integer enginePercent,
        @JsonPropertyDescription("How its prompt is shared out.") @Default("{}")
                @Nullable MindContext context,
        @JsonPropertyDescription(
                        "Continue: a life begins with the latest thoughts of those before it. Blank: it does not, and still knows of its deaths.")
                @Default("Continue")
                @Nullable MindHistory history) {}
