package io.brainmatrix.embedded.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String DEFINITION =
            """
            {"metadata":{"name":"things.example.io"},"spec":{"group":"example.io","scope":"Namespaced",
             "names":{"plural":"things","kind":"Thing"},"versions":[{"name":"v1","served":true,
             "subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{
               "spec":{"type":"object","required":["size"],"properties":{
                 "size":{"type":"integer","minimum":1},
                 "mode":{"type":"string","enum":["a","b"],"default":"a"},
                 "deep":{"type":"object","default":{},"properties":{"n":{"type":"integer","default":7}}}}},
               "status":{"type":"object","properties":{"seen":{"type":"integer"},"list":{"type":"array","items":{"type":"string"}}}}}}}}]}}
            """;

    private final Store store = new Store(Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void namespace() {
        store.create(Kind.NAMESPACE, "", object("{'metadata':{'name':'ns'}}"));
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private Kind things() {
        store.create(Kind.DEFINITION, "", object(DEFINITION));
        return store.kind("example.io", "v1", "things").orElseThrow();
    }

    private ObjectNode pod(String name, String rest) {
        return store.create(
                Kind.POD, "ns", object("{'metadata':{'name':'%s'%s}}".formatted(name, rest)));
    }

    private static void refused(int code, Runnable call) {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(call::run)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void aNameIsTakenOnlyOnceAndEachObjectHasItsUid() {
        ObjectNode first = pod("a", "");
        refused(409, () -> pod("a", ""));
        store.delete(Kind.POD, "ns", "a", Deletion.PLAIN);

        assertThat(Metadata.uid(pod("a", ""))).isNotEqualTo(Metadata.uid(first));
    }

    @Test
    void aStaleVersionIsAConflictAndNoVersionIsNone() {
        ObjectNode seen = pod("a", "");
        ObjectNode changed = seen.deepCopy();
        Metadata.of(changed).putObject("labels").put("x", "1");
        store.replace(Kind.POD, "ns", "a", changed, false);

        refused(409, () -> store.replace(Kind.POD, "ns", "a", changed, false));
        Metadata.of(changed).remove("resourceVersion");
        Metadata.of(changed).putObject("labels").put("x", "2");
        assertThat(
                        store.replace(Kind.POD, "ns", "a", changed, false)
                                .at("/metadata/labels/x")
                                .asText())
                .isEqualTo("2");
    }

    @Test
    void whatChangesNothingIsNoNewVersion() {
        ObjectNode seen = pod("a", "");

        assertThat(store.replace(Kind.POD, "ns", "a", seen.deepCopy(), false)).isSameAs(seen);
    }

    @Test
    void anotherUidInAPatchIsAConflict() {
        pod("a", "");

        refused(
                409,
                () ->
                        store.change(
                                Kind.POD,
                                "ns",
                                "a",
                                false,
                                o -> Merge.merge(o, object("{'metadata':{'uid':'other'}}"))));
    }

    @Test
    void statusAndTheRestAreWrittenApart() {
        Kind things = things();
        store.create(
                things,
                "ns",
                object("{'metadata':{'name':'t'},'spec':{'size':1},'status':{'seen':9}}"));
        ObjectNode made = store.get(things, "ns", "t").orElseThrow();
        assertThat(made.has("status")).isFalse();

        ObjectNode written =
                store.replace(
                        things, "ns", "t", object("{'spec':{'size':5},'status':{'seen':1}}"), true);
        assertThat(written.at("/spec/size").asInt()).isEqualTo(1);
        assertThat(written.at("/status/seen").asInt()).isEqualTo(1);
        assertThat(written.at("/metadata/generation").asInt()).isEqualTo(1);

        ObjectNode edited =
                store.replace(
                        things,
                        "ns",
                        "t",
                        object("{'spec':{'size':5},'status':{'seen':2}}"),
                        false);
        assertThat(edited.at("/spec/size").asInt()).isEqualTo(5);
        assertThat(edited.at("/status/seen").asInt()).isEqualTo(1);
        assertThat(edited.at("/metadata/generation").asInt()).isEqualTo(2);
    }

    @Test
    void theSchemaFillsInDefaultsDropsTheUnknownAndRefusesTheWrong() {
        Kind things = things();
        ObjectNode made =
                store.create(
                        things,
                        "ns",
                        object("{'metadata':{'name':'t'},'spec':{'size':1,'what':2}}"));

        assertThat(made.path("spec")).isEqualTo(object("{'size':1,'mode':'a','deep':{'n':7}}"));
        refused(
                422,
                () -> store.create(things, "ns", object("{'metadata':{'name':'u'},'spec':{}}")));
        refused(
                422,
                () ->
                        store.create(
                                things,
                                "ns",
                                object("{'metadata':{'name':'u'},'spec':{'size':0}}")));
        refused(
                422,
                () ->
                        store.create(
                                things,
                                "ns",
                                object("{'metadata':{'name':'u'},'spec':{'size':1,'mode':'c'}}")));
    }

    @Test
    void aFinalizerKeepsWhatIsDeletedUntilItGoes() {
        pod("a", ",'finalizers':['f']");
        store.delete(Kind.POD, "ns", "a", Deletion.PLAIN);

        assertThat(
                        store.get(Kind.POD, "ns", "a")
                                .orElseThrow()
                                .at("/metadata/deletionTimestamp")
                                .asText())
                .isEqualTo("2026-01-01T00:00:00Z");
        store.change(
                Kind.POD,
                "ns",
                "a",
                false,
                o -> Merge.merge(o, object("{'metadata':{'finalizers':[]}}")));
        assertThat(store.get(Kind.POD, "ns", "a")).isEmpty();
    }

    @Test
    void aRunningPodIsGoneOnlyOnceItsKubeletSaysSo() {
        store.create(
                Kind.POD,
                "ns",
                object(
                        "{'metadata':{'name':'a'},'spec':{'nodeName':'n','terminationGracePeriodSeconds':20}}"));
        store.delete(Kind.POD, "ns", "a", Deletion.PLAIN);
        ObjectNode ending = store.get(Kind.POD, "ns", "a").orElseThrow();

        assertThat(ending.at("/metadata/deletionGracePeriodSeconds").asInt()).isEqualTo(20);
        assertThat(ending.at("/metadata/deletionTimestamp").asText())
                .isEqualTo("2026-01-01T00:00:20Z");
        store.delete(Kind.POD, "ns", "a", Deletion.NOW);
        assertThat(store.get(Kind.POD, "ns", "a")).isEmpty();
    }

    @Test
    void whatIsDeletedOfAnotherVersionOrUidStays() {
        ObjectNode seen = pod("a", "");
        pod("b", "");

        refused(409, () -> store.delete(Kind.POD, "ns", "a", new Deletion(null, "other", null)));
        refused(409, () -> store.delete(Kind.POD, "ns", "a", new Deletion(null, null, "0")));
        store.delete(
                Kind.POD,
                "ns",
                "a",
                new Deletion(null, Metadata.uid(seen), Metadata.version(seen)));
        assertThat(store.list(Kind.POD, "ns", p -> true).items()).hasSize(1);
    }

    @Test
    void ownedObjectsGoWithTheLastOfTheirOwners() {
        String uid = Metadata.uid(pod("owner", ""));
        String other = Metadata.uid(pod("other", ""));
        String owners = ",'ownerReferences':[{'uid':'%s'},{'uid':'%s'}]".formatted(uid, other);
        String child = Metadata.uid(pod("child", owners));
        pod("grandchild", ",'ownerReferences':[{'uid':'%s'}]".formatted(child));

        store.delete(Kind.POD, "ns", "owner", Deletion.PLAIN);
        assertThat(store.list(Kind.POD, "ns", p -> true).items()).hasSize(3);
        store.delete(Kind.POD, "ns", "other", Deletion.PLAIN);
        assertThat(store.list(Kind.POD, "ns", p -> true).items()).isEmpty();
    }

    @Test
    void aNamespaceGoesWithItsContentAndTakesNothingNewMeanwhile() {
        pod("a", ",'finalizers':['f']");
        pod("b", "");
        store.delete(Kind.NAMESPACE, "", "ns", Deletion.PLAIN);

        assertThat(store.get(Kind.POD, "ns", "b")).isEmpty();
        assertThat(store.get(Kind.NAMESPACE, "", "ns").orElseThrow().at("/status/phase").asText())
                .isEqualTo("Terminating");
        refused(403, () -> pod("c", ""));
        store.change(
                Kind.POD,
                "ns",
                "a",
                false,
                o -> Merge.merge(o, object("{'metadata':{'finalizers':null}}")));
        assertThat(store.get(Kind.NAMESPACE, "", "ns")).isEmpty();
        refused(404, () -> pod("c", ""));
    }

    @Test
    void applyMakesMergesAndRemovesWhatItsManagerLeavesOut() {
        Kind things = things();
        store.apply(
                things, "ns", "t", object("{'spec':{'size':1,'deep':{'n':3}}}"), false, "m", false);
        store.apply(
                things,
                "ns",
                "t",
                object("{'status':{'seen':1,'list':['x','y']}}"),
                true,
                "agent",
                true);

        ObjectNode applied =
                store.apply(
                        things,
                        "ns",
                        "t",
                        object("{'status':{'list':['z']}}"),
                        true,
                        "agent",
                        true);
        assertThat(applied.path("status")).isEqualTo(object("{'list':['z']}"));
        assertThat(applied.at("/spec/deep/n").asInt()).isEqualTo(3);

        ObjectNode again =
                store.apply(things, "ns", "t", object("{'spec':{'size':1}}"), false, "m", false);
        assertThat(again.at("/spec/deep/n").asInt()).as("the default").isEqualTo(7);
        assertThat(again.at("/status/list/0").asText()).isEqualTo("z");
    }

    @Test
    void whatAnotherApplierHasOtherwiseIsAConflictUnlessForced() {
        Kind things = things();
        store.apply(things, "ns", "t", object("{'spec':{'size':1}}"), false, "one", false);

        refused(
                409,
                () ->
                        store.apply(
                                things,
                                "ns",
                                "t",
                                object("{'spec':{'size':2}}"),
                                false,
                                "two",
                                false));
        assertThat(
                        store.apply(
                                        things,
                                        "ns",
                                        "t",
                                        object("{'spec':{'size':2}}"),
                                        false,
                                        "two",
                                        true)
                                .at("/spec/size")
                                .asInt())
                .isEqualTo(2);
    }

    @Test
    void applyingTheSameAgainIsNoNewVersion() {
        Kind things = things();
        ObjectNode first =
                store.apply(things, "ns", "t", object("{'spec':{'size':1}}"), false, "m", false);

        assertThat(store.apply(things, "ns", "t", object("{'spec':{'size':1}}"), false, "m", false))
                .isSameAs(first);
    }

    @Test
    void changesAreToldInOrderAndAForgottenVersionIsGone() throws InterruptedException {
        long before = store.version();
        pod("a", "");
        pod("b", "");
        store.delete(Kind.POD, "ns", "a", Deletion.PLAIN);

        List<Change> changes = store.changesAfter(before, 0);
        assertThat(changes).extracting(Change::version).isSorted().hasSize(3);
        assertThat(changes.getLast().after()).isNull();
        assertThat(store.changesAfter(store.version(), 1)).isEmpty();
        for (int i = 0; i < 20_001; i++) {
            String text = Integer.toString(i);
            store.change(
                    Kind.POD,
                    "ns",
                    "b",
                    false,
                    o ->
                            Merge.merge(
                                    o,
                                    object("{'metadata':{'labels':{'n':'%s'}}}".formatted(text))));
        }
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> store.changesAfter(before, 0))
                .satisfies(e -> assertThat(e.code()).isEqualTo(410));
    }
}
