package io.brainmatrix.operator.workload;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.brainmatrix.api.v1alpha1.ConfigMapText;
import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.Mind;
import io.brainmatrix.api.v1alpha1.MindContext;
import io.brainmatrix.api.v1alpha1.MindHistory;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A mind as its pod is told of it, a part of {@code contracts/instance.json}: what it is and whom
 * it watches, and nothing of who watches it (R13).
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record MindEnvironment(
        @Nullable String persona,
        String personaName,
        Map<String, String> variables,
        List<String> watches,
        String interval,
        int thoughtTokens,
        @Nullable Integer seed,
        int temperaturePercent,
        @Nullable Integer enginePercent,
        Shares context,
        boolean blank,
        String chronicle,
        @Nullable LastDeath lastDeath) {
    record Shares(int persona, int deaths, int memory, int watched, int thoughts) {
        static Shares of(@Nullable MindContext context) {
            MindContext declared =
                    context == null ? new MindContext(null, null, null, null, null) : context;
            return new Shares(
                    or(declared.persona(), 30),
                    or(declared.deaths(), 5),
                    or(declared.memory(), 5),
                    or(declared.watched(), 30),
                    or(declared.thoughts(), 30));
        }
    }

    record LastDeath(@JsonProperty("class") String endClass, long life, String at) {
        static @Nullable LastDeath of(Optional<Crash> crash) {
            return crash.filter(c -> c.endClass() != null && c.life() != null && c.when() != null)
                    .map(
                            c ->
                                    new LastDeath(
                                            String.valueOf(c.endClass()),
                                            or(c.life(), 0L),
                                            String.valueOf(c.when())))
                    .orElse(null);
        }
    }

    /** Defaults as in the API, for an object that was written before they were there. */
    static @Nullable MindEnvironment of(
            Instance instance, Optional<URI> chronicle, Optional<Crash> lastDeath) {
        Mind mind = instance.mind();
        if (mind == null) {
            return null;
        }
        ConfigMapText source = mind.persona().configMap();
        Map<String, String> variables = mind.persona().variables();
        List<String> watches = instance.watches();
        return new MindEnvironment(
                mind.persona().text(),
                source == null ? "inline" : source.key(),
                variables == null ? Map.of() : new TreeMap<>(variables),
                watches == null ? List.of() : watches,
                mind.interval() == null ? "PT5S" : Durations.parse(mind.interval()).toString(),
                or(mind.thoughtTokens(), 128),
                mind.seed(),
                or(mind.temperaturePercent(), 80),
                otherThan(10, mind.enginePercent()),
                Shares.of(mind.context()),
                mind.history() == MindHistory.Blank,
                chronicle.map(URI::toString).orElse(""),
                LastDeath.of(lastDeath));
    }

    /** Absent when it is the default: the hash of a mind is that of a version without it. */
    private static @Nullable Integer otherThan(int usual, @Nullable Integer declared) {
        return declared != null && declared == usual ? null : declared;
    }

    private static int or(@Nullable Integer declared, int otherwise) {
        return declared == null ? otherwise : declared;
    }

    private static long or(@Nullable Long known, long otherwise) {
        return known == null ? otherwise : known;
    }
}
