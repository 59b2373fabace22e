package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One model in one pod. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Instance(
        @JsonPropertyDescription(
                        "Name, unique in the matrix: lower-case letters and digits, a letter first, at most 20.")
                @Required
                String name,
        @JsonPropertyDescription("What it is among the others: a Subject watches nobody.")
                @Nullable Role role,
        @JsonPropertyDescription("What it may use.") @Required Budget budget,
        @JsonPropertyDescription(
                        "Instances that must have started once before this one starts for the first time; its mind is told of their thoughts and deaths.")
                @Nullable List<String> watches,
        @JsonPropertyDescription(
                        "Who goes first when several wait for the same node; higher first.")
                @Default("0")
                @Min(-1000)
                @Max(1000)
                @Nullable Integer priority,
        @JsonPropertyDescription("Its model, instead of the matrix's.") @Nullable ModelSource model,
        @JsonPropertyDescription("How llama.cpp is run.") @Default("{}")
                @Nullable EngineSpec engine,
        @JsonPropertyDescription(
                        "Secret of the matrix's namespace whose key `token` is the bearer token that /v1 asks for; when it changes the instance follows without a restart. Without one nothing is asked for.")
                @Nullable String apiTokenSecret,
        @JsonPropertyDescription(
                        "Makes it think by itself, and tell the chronicle; without one it only answers.")
                @Nullable Mind mind,
        @JsonPropertyDescription(
                        "Any new value, by habit the time, ends the running life and starts another; it also ends a suspension after too many deaths.")
                @Nullable String restartedAt) {}
