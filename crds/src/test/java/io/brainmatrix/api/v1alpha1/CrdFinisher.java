package io.brainmatrix.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Adds to the generated definitions what the generator cannot say: list types, bounds, formats,
 * columns, and the rules between fields. CEL needs the bounds: without them the API server refuses
 * the rules as too expensive.
 */
final class CrdFinisher {
    private static final ObjectMapper YAML =
            new ObjectMapper(
                    new YAMLFactory()
                            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                            .disable(YAMLGenerator.Feature.SPLIT_LINES)
                            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS));

    private static final int INSTANCES_MAX = 16;

    /**
     * What `Durations` reads, as in Gateway API (GEP-2257). The API server's own format alone also
     * takes `1 day` and `.5h`.
     */
    private static final String DURATION = "^([0-9]{1,5}(h|m|s|ms)){1,4}$";

    private CrdFinisher() {}

    /** The finished definition of one generated file. */
    static String finish(Path generated) throws IOException {
        ObjectNode crd = (ObjectNode) YAML.readTree(Files.readString(generated));
        ObjectNode version = (ObjectNode) crd.at("/spec/versions/0");
        ObjectNode schema = (ObjectNode) version.at("/schema/openAPIV3Schema");
        bytes(schema);
        if (crd.at("/spec/names/kind").asText().equals("BrainMatrix")) {
            matrix(crd, version, schema);
        } else {
            nodeMemory(version, schema);
        }
        return "# Generated from the records in src/main/java by `make crds`; do not edit.\n"
                + YAML.writeValueAsString(crd);
    }

    private static void matrix(ObjectNode crd, ObjectNode version, ObjectNode schema) {
        ((ObjectNode) crd.at("/spec/names")).putArray("categories").add("all");
        schema.putArray("required").add("spec");
        rule(
                schema,
                "size(self.metadata.name) <= 40",
                "`metadata.name` must have at most 40 characters: pod names are made from it",
                null);
        spec(object(schema, "spec"));
        ObjectNode status = object(schema, "status");
        mapList(object(status, "conditions"), "type");
        ObjectNode instances = object(status, "instances");
        mapList(instances, "name");
        mapList(object(items(instances), "conditions"), "type");
        columns(
                version,
                "Ready|string|.status.ready|Ready instances of all",
                "Reason|string|.status.reason|Why the first instance that is not ready is not",
                "Deaths|integer|.status.deaths|Deaths of all its instances ever",
                "Thoughts/min|integer|.status.thoughtsPerMinute|Whole thoughts of its minds in the last minute",
                "Age|date|.metadata.creationTimestamp|",
                "Fits|string|.status.conditions[?(@.type==\"BudgetFits\")].status|Whether every budget has its place|wide",
                "Degraded|string|.status.conditions[?(@.type==\"Degraded\")].status|Whether an instance is in trouble|wide",
                "Suspended|boolean|.spec.suspend|Whether the spec stops it|wide",
                "Nodes|string|.status.nodes|Nodes that its instances are placed on|wide",
                "Why|string|.status.conditions[?(@.type==\"Ready\")].message|What each instance that is not ready waits for|wide");
    }

    private static void spec(ObjectNode spec) {
        ObjectNode instances = object(spec, "instances");
        instances.put("minItems", 1).put("maxItems", INSTANCES_MAX);
        mapList(instances, "name");
        instance(items(instances));
        model(object(spec, "model"));
        ObjectNode placement = object(spec, "placement");
        object(placement, "nodeSelector").put("maxProperties", 32);
        object(placement, "runtimeClassName").put("maxLength", 253);
        object(placement, "tolerations").put("maxItems", 32);
        ObjectNode admission = object(spec, "admission");
        duration(admission, "loadTimeout", "1s", "24h");
        ObjectNode settle = object(admission, "settle");
        settling(settle, "window");
        ObjectNode recovery = object(spec, "recovery");
        ObjectNode backoff = object(recovery, "backoff");
        backoff.put("minItems", 1).put("maxItems", INSTANCES_MAX);
        asDuration(items(backoff));
        rule(
                recovery,
                "!has(self.backoff) || self.backoff.all(d, duration(d) > duration('0s') && duration(d) <= duration('24h'))",
                "each `backoff` must be longer than 0s and at most 24h",
                ".backoff");
        duration(recovery, "resetAfter", "1s", "168h");
        String names = "self.instances";
        rule(
                spec,
                names
                        + ".all(i, !has(i.watches) || i.watches.all(w, self.instances.exists(j, j.name == w)))",
                "`watches` must name instances of this matrix",
                null);
        rule(spec, acyclic(), "`watches` must not form a cycle", null);
        rule(
                spec,
                "has(self.model) || self.instances.all(i, has(i.model))",
                "`model` must be set for the matrix or for each instance",
                null);
    }

    private static void instance(ObjectNode instance) {
        property(instance, "name").put("maxLength", 20).put("pattern", "^[a-z][a-z0-9]{0,19}$");
        ObjectNode watches = object(instance, "watches");
        watches.put("maxItems", INSTANCES_MAX).put("x-kubernetes-list-type", "set");
        items(watches).put("minLength", 1).put("maxLength", 20);
        property(instance, "restartedAt").put("maxLength", 64);
        property(instance, "apiTokenSecret")
                .put("maxLength", 253)
                .put("pattern", "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$");
        rule(
                instance,
                "!has(self.watches) || !(self.name in self.watches)",
                "`watches` must not name the instance itself",
                ".watches");
        rule(
                instance,
                "!has(self.role) || self.role != 'Subject' || !has(self.watches) || self.watches.size() == 0",
                "a Subject must not watch anybody: `watches` must be empty",
                ".watches");
        model(object(instance, "model"));
        mind(instance);
        engine(object(instance, "engine"));
        ObjectNode budget = object(instance, "budget");
        object(budget, "ram").put("maxLength", 32);
        object(budget, "cpu").put("maxLength", 32);
        object(budget, "gpu").put("maxLength", 32);
        rule(
                budget,
                "isQuantity(string(self.ram)) && !quantity(string(self.ram)).isLessThan(quantity('64Mi')) && !quantity(string(self.ram)).isGreaterThan(quantity('1Pi'))",
                "`ram` must be a quantity of at least 64Mi and at most 1Pi",
                ".ram");
        rule(
                budget,
                "!has(self.cpu) || (isQuantity(string(self.cpu)) && quantity(string(self.cpu)).isGreaterThan(quantity('0')))",
                "`cpu` must be a positive quantity, such as 500m",
                ".cpu");
        rule(
                budget,
                "!has(self.gpu) || (isQuantity(string(self.gpu)) && !quantity(string(self.gpu)).isLessThan(quantity('64Mi')) && !quantity(string(self.gpu)).isGreaterThan(quantity('1Pi')))",
                "`gpu` must be a quantity of at least 64Mi and at most 1Pi",
                ".gpu");
        ObjectNode layers = object(object(instance, "engine"), "gpuLayers");
        layers.put("maxLength", 8);
        rule(
                layers,
                "type(self) == int ? self >= 0 && self <= 1024 : string(self) == 'auto'",
                "`gpuLayers` must be auto or a number from 0 to 1024",
                null);
        rule(
                instance,
                "!has(self.engine) || !has(self.engine.gpuLayers) || has(self.budget.gpu)",
                "`engine.gpuLayers` needs a `budget.gpu`",
                ".engine");
    }

    private static void mind(ObjectNode instance) {
        ObjectNode mind = object(instance, "mind");
        duration(mind, "interval", "0s", "24h");
        ObjectNode persona = object(mind, "persona");
        property(persona, "text").put("minLength", 1).put("maxLength", 16384);
        ObjectNode configMap = object(persona, "configMap");
        property(configMap, "name")
                .put("maxLength", 253)
                .put("pattern", "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$");
        property(configMap, "key").put("maxLength", 253).put("pattern", "^[-._a-zA-Z0-9]+$");
        ObjectNode variables = object(persona, "variables");
        variables.put("maxProperties", 32);
        ((ObjectNode) variables.get("additionalProperties")).put("maxLength", 4096);
        rule(
                persona,
                "[has(self.text), has(self.configMap)].filter(x, x).size() == 1",
                "exactly one of `text` and `configMap` must be set",
                null);
        rule(
                persona,
                "!has(self.variables) || self.variables.all(name, name.matches('^[A-Za-z][A-Za-z0-9_]{0,62}$'))",
                "names of `variables` must be a letter and then letters, digits and underscores",
                ".variables");
        rule(
                object(mind, "context"),
                "(has(self.persona) ? self.persona : 30) + (has(self.deaths) ? self.deaths : 5) + (has(self.memory) ? self.memory : 5) + (has(self.watched) ? self.watched : 30) + (has(self.thoughts) ? self.thoughts : 30) <= 100",
                "the shares must be at most 100 percent together",
                null);
        rule(
                instance,
                "!has(self.mind) || !has(self.engine) || !has(self.mind.thoughtTokens) || !has(self.engine.contextLength) || !has(self.engine.parallel) || self.mind.thoughtTokens * 2 * self.engine.parallel <= self.engine.contextLength",
                "`mind.thoughtTokens` must be at most half of the context of one request, `engine.contextLength` / `engine.parallel`",
                ".mind");
    }

    /** What llama.cpp would abort on. */
    private static void engine(ObjectNode engine) {
        duration(engine, "silenceTimeout", "5s", "1h");
        String flash = "has(self.flashAttention) && self.flashAttention";
        rule(
                engine,
                "!has(self.cacheTypeV) || self.cacheTypeV != 'q8_0' || (%s)".formatted(flash),
                "a quantised `cacheTypeV` needs `flashAttention`",
                ".cacheTypeV");
        rule(
                engine,
                "!(%s) || ((!has(self.cacheTypeK) || self.cacheTypeK != 'f32') && (!has(self.cacheTypeV) || self.cacheTypeV != 'f32'))"
                        .formatted(flash),
                "`flashAttention` takes no cache in f32",
                ".flashAttention");
    }

    private static void model(ObjectNode model) {
        property(model, "sha256").put("maxLength", 64).put("pattern", "^[a-f0-9]{64}$");
        property(model, "hostPath").put("maxLength", 512);
        ObjectNode claim = object(model, "persistentVolumeClaim");
        property(claim, "claimName")
                .put("maxLength", 253)
                .put("pattern", "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$");
        property(claim, "path").put("minLength", 1).put("maxLength", 512);
        rule(
                model,
                "[has(self.hostPath), has(self.persistentVolumeClaim)].filter(x, x).size() == 1",
                "exactly one of `hostPath` and `persistentVolumeClaim` must be set",
                null);
        rule(
                model,
                "!has(self.hostPath) || (self.hostPath.startsWith('/') && !self.hostPath.split('/').exists(p, p == '..'))",
                "`hostPath` must be absolute and without '..'",
                ".hostPath");
        rule(
                claim,
                "!self.path.startsWith('/') && !self.path.split('/').exists(p, p == '..')",
                "`path` must be relative and without '..'",
                ".path");
    }

    /**
     * Peels off, as often as there can be instances, those whose watches are all peeled already:
     * nobody is left unless there is a cycle.
     */
    private static String acyclic() {
        String peeled =
                "self.instances.filter(i, !has(i.watches) || i.watches.size() == 0).map(i, i.name)";
        for (int round = 1; round < INSTANCES_MAX; round++) {
            peeled =
                    "["
                            + peeled
                            + "].map(d, self.instances.filter(i, !has(i.watches) || i.watches.all(w, w in d)).map(i, i.name))[0]";
        }
        return peeled + ".size() == self.instances.size()";
    }

    private static void nodeMemory(ObjectNode version, ObjectNode schema) {
        ObjectNode spec = object(schema, "spec");
        settling(spec, "settleWindow");
        ObjectNode status = object(schema, "status");
        for (String amount : List.of("capacity", "available", "reserve")) {
            property(status, amount).put("minimum", 0);
        }
        ObjectNode instances = object(status, "instances");
        mapList(instances, "podUid");
        columns(
                version,
                "Available|integer|.status.available|MemAvailable in bytes",
                "Settled|date|.status.settledSince|Since when memory has been settled; empty while it is not",
                "Slope|integer|.status.slopePerSecond|Change per second in bytes",
                "Lane|string|.metadata.annotations.brainmatrix\\.io/lane|Pod that is being let in",
                "Heartbeat|date|.status.heartbeat|When it was taken",
                "Capacity|integer|.status.capacity|MemTotal in bytes|wide",
                "Reserve|integer|.status.reserve|Kept free for the system, in bytes|wide",
                "Temperature|integer|.status.temperature.milliCelsius|Of the hottest zone, in thousandths of a degree|wide");
    }

    private static void columns(ObjectNode version, String... columns) {
        ArrayNode all = version.putArray("additionalPrinterColumns");
        for (String column : columns) {
            List<String> parts = List.of(column.split("\\|", 5));
            ObjectNode one =
                    all.addObject()
                            .put("name", parts.get(0))
                            .put("type", parts.get(1))
                            .put("jsonPath", parts.get(2));
            if (!parts.get(3).isEmpty()) {
                one.put("description", parts.get(3));
            }
            if (parts.size() > 4) { // only with `-o wide`
                one.put("priority", 1);
            }
        }
    }

    private static void settling(ObjectNode parent, String window) {
        duration(parent, window, "100ms", "30s");
        object(parent, "maxSlopePerSecond").put("maxLength", 32);
        rule(
                parent,
                "!has(self.maxSlopePerSecond) || (isQuantity(string(self.maxSlopePerSecond)) && quantity(string(self.maxSlopePerSecond)).isGreaterThan(quantity('0')) && !quantity(string(self.maxSlopePerSecond)).isGreaterThan(quantity('1Ti')))",
                "`maxSlopePerSecond` must be a positive quantity of at most 1Ti, such as 16Mi",
                ".maxSlopePerSecond");
    }

    private static void duration(ObjectNode parent, String field, String least, String most) {
        asDuration(property(parent, field));
        rule(
                parent,
                "!has(self.%1$s) || (duration(self.%1$s) >= duration('%2$s') && duration(self.%1$s) <= duration('%3$s'))"
                        .formatted(field, least, most),
                "`%s` must be at least %s and at most %s".formatted(field, least, most),
                "." + field);
    }

    private static void asDuration(ObjectNode property) {
        property.put("maxLength", 16).put("format", "duration").put("pattern", DURATION);
    }

    private static void rule(
            ObjectNode schema,
            String rule,
            String message,
            @org.jspecify.annotations.Nullable String fieldPath) {
        ObjectNode one =
                schema.withArray("/x-kubernetes-validations")
                        .addObject()
                        .put("rule", rule)
                        .put("message", message);
        if (fieldPath != null) {
            one.put("fieldPath", fieldPath);
        }
    }

    private static void mapList(ObjectNode list, String key) {
        list.put("x-kubernetes-list-type", "map").putArray("x-kubernetes-list-map-keys").add(key);
        ArrayNode required = items(list).withArray("/required");
        for (JsonNode present : required) {
            if (present.asText().equals(key)) {
                return;
            }
        }
        required.add(key);
    }

    /** Whole numbers in Java are longs or ints; the API server's clients want to know. */
    private static void bytes(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("type").asText().equals("integer")
                && !object.has("format")) {
            object.put("format", object.has("maximum") ? "int32" : "int64");
        }
        node.properties().stream()
                .filter(field -> !field.getKey().equals("anyOf")) // fixed by int-or-string
                .forEach(field -> bytes(field.getValue()));
    }

    private static ObjectNode object(ObjectNode parent, String name) {
        return property(parent, name);
    }

    private static ObjectNode property(ObjectNode parent, String name) {
        if (parent.at("/properties/" + name) instanceof ObjectNode found) {
            return found;
        }
        throw new IllegalStateException("there is no property `" + name + "` any more");
    }

    private static ObjectNode items(ObjectNode list) {
        return (ObjectNode) list.get("items");
    }
}
