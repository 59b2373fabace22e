package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The kinds that are served now: the built-in ones, and those that were defined since. */
final class Kinds {
    private final List<Kind> kinds = new CopyOnWriteArrayList<>(Kind.BUILT_IN);

    List<Kind> all() {
        return List.copyOf(kinds);
    }

    Optional<Kind> find(String group, String version, String plural) {
        return kinds.stream()
                .filter(
                        k ->
                                k.group().equals(group)
                                        && k.version().equals(version)
                                        && k.plural().equals(plural))
                .findFirst();
    }

    /** Serves what a definition defines; one that is there already is replaced. */
    void define(JsonNode definition) {
        forget(definition);
        kinds.addAll(of(definition));
    }

    /** Serves it no longer. */
    void forget(JsonNode definition) {
        String group = definition.at("/spec/group").asText();
        String plural = definition.at("/spec/names/plural").asText();
        kinds.removeIf(k -> k.group().equals(group) && k.plural().equals(plural));
    }

    private static List<Kind> of(JsonNode definition) {
        JsonNode spec = definition.path("spec");
        List<String> shortNames = new ArrayList<>();
        spec.at("/names/shortNames").forEach(n -> shortNames.add(n.asText()));
        List<Kind> served = new ArrayList<>();
        for (JsonNode version : spec.path("versions")) {
            if (version.path("served").asBoolean()) {
                served.add(
                        new Kind(
                                spec.path("group").asText(),
                                version.path("name").asText(),
                                spec.at("/names/plural").asText(),
                                spec.at("/names/kind").asText(),
                                spec.path("scope").asText().equals("Namespaced"),
                                version.at("/subresources").has("status"),
                                shortNames,
                                version.at("/schema/openAPIV3Schema"),
                                version.path("additionalPrinterColumns")));
            }
        }
        return served;
    }
}
