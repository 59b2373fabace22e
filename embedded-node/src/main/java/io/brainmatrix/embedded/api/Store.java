package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The objects, with the rules of an API server: versions and compare-and-set, generation, status
 * apart, graceful deletion and finalizers, owners, namespaces, apply. An object that is in it or
 * was handed out is never changed. Safe for any number of threads.
 */
public final class Store {
    /** More than what happens in the minute that a watch may be away. */
    private static final int HISTORY_MAX = 20_000;

    private static final long DEFAULT_GRACE_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Kinds kinds = new Kinds();
    private final Map<Key, ObjectNode> objects = new TreeMap<>();
    private final Deque<Change> history = new ArrayDeque<>();

    /** What each field manager applied last, by object and manager. */
    private final Map<Key, Map<String, JsonNode>> applied = new HashMap<>();

    private final Clock clock;
    private long version;

    /** A store without objects. */
    public Store(Clock clock) {
        this.clock = clock;
    }

    private record Key(String group, String plural, String namespace, String name)
            implements Comparable<Key> {
        static Key of(Kind kind, String namespace, String name) {
            return new Key(kind.group(), kind.plural(), kind.namespaced() ? namespace : "", name);
        }

        @Override
        public int compareTo(Key o) {
            int order = group.compareTo(o.group);
            order = order != 0 ? order : plural.compareTo(o.plural);
            order = order != 0 ? order : namespace.compareTo(o.namespace);
            return order != 0 ? order : name.compareTo(o.name);
        }
    }

    /**
     * What was found.
     *
     * @param version of the store at that moment: a watch goes on from there
     */
    public record Listing(long version, List<ObjectNode> items) {
        public Listing {
            items = List.copyOf(items);
        }
    }

    /** The kinds that are served now. */
    List<Kind> kinds() {
        return kinds.all();
    }

    /** A kind by its path. */
    Optional<Kind> kind(String group, String version, String plural) {
        return kinds.find(group, version, plural);
    }

    /** An object as it is now. */
    public Optional<ObjectNode> get(Kind kind, String namespace, String name) {
        lock.lock();
        try {
            return Optional.ofNullable(objects.get(Key.of(kind, namespace, name)));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Objects as they are now, in the order of namespaces and names.
     *
     * @param namespace empty for all
     */
    public Listing list(Kind kind, String namespace, Predicate<JsonNode> selected) {
        lock.lock();
        try {
            List<ObjectNode> items = new ArrayList<>();
            objects.forEach(
                    (key, object) -> {
                        if (key.group().equals(kind.group())
                                && key.plural().equals(kind.plural())
                                && (namespace.isEmpty() || key.namespace().equals(namespace))
                                && selected.test(object)) {
                            items.add(object);
                        }
                    });
            return new Listing(version, items);
        } finally {
            lock.unlock();
        }
    }

    /** The version of the last change. */
    public long version() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until something has changed since a version.
     *
     * @return in order; empty when nothing has within the time
     * @throws ApiException when the changes since then are no longer kept
     */
    public List<Change> changesAfter(long since, long atMostMillis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(atMostMillis);
        lock.lock();
        try {
            while (version <= since && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (!history.isEmpty() && history.getFirst().version() > since + 1) {
                throw ApiException.gone(history.getFirst().version());
            }
            return history.stream().filter(c -> c.version() > since).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Creates an object, or refuses. */
    public ObjectNode create(Kind kind, String namespace, ObjectNode sent) {
        lock.lock();
        try {
            return create(kind, namespace, sent, false);
        } finally {
            lock.unlock();
        }
    }

    private ObjectNode create(Kind kind, String namespace, ObjectNode sent, boolean withStatus) {
        ObjectNode object = sent.deepCopy();
        ObjectNode metadata = Metadata.of(object);
        if (!metadata.has("name") && metadata.has("generateName")) {
            metadata.put("name", metadata.path("generateName").asText() + suffix());
        }
        String name = metadata.path("name").asText("");
        if (name.isEmpty()) {
            throw ApiException.invalid(kind.kind(), "", "metadata.name: required");
        }
        if (kind.namespaced()) {
            requireNamespace(namespace);
            metadata.put("namespace", namespace);
        } else {
            metadata.remove("namespace");
        }
        Key key = Key.of(kind, namespace, name);
        if (objects.containsKey(key)) {
            throw ApiException.exists(kind.plural(), name);
        }
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", now());
        metadata.put("generation", 1);
        metadata.remove(List.of("deletionTimestamp", "deletionGracePeriodSeconds"));
        metadata.remove("managedFields");
        if (kind.statusSubresource() && !withStatus) {
            object.remove("status");
        }
        initialStatus(kind, object);
        check(kind, object);
        put(kind, key, null, object);
        if (kind.plural().equals(Kind.DEFINITION.plural())) {
            kinds.define(object);
        }
        collect();
        return object;
    }

    /** What controllers of a real cluster find at a new object. */
    private static void initialStatus(Kind kind, ObjectNode object) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        switch (kind.kind()) {
            case "Pod", "PersistentVolumeClaim" -> status.put("phase", "Pending");
            case "PersistentVolume" -> status.put("phase", "Available");
            case "Namespace" -> status.put("phase", "Active");
            case "CustomResourceDefinition" ->
                    status.putArray("conditions")
                            .addObject()
                            .put("type", "Established")
                            .put("status", "True");
            default -> {
                return;
            }
        }
        object.set("status", status);
    }

    private void requireNamespace(String namespace) {
        ObjectNode found = objects.get(Key.of(Kind.NAMESPACE, "", namespace));
        if (found == null) {
            throw ApiException.notFound("namespaces", namespace);
        }
        if (Metadata.deleting(found)) {
            throw ApiException.forbidden(
                    "unable to create new content in namespace %s because it is being terminated"
                            .formatted(namespace));
        }
    }

    /** Replaces all but the status, or the status alone. */
    public ObjectNode replace(
            Kind kind, String namespace, String name, ObjectNode sent, boolean status) {
        lock.lock();
        try {
            return write(kind, namespace, name, sent, status);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Changes all but the status, or the status alone, as the function says.
     *
     * @param change of the object as it is; must not change what it is given
     */
    public ObjectNode change(
            Kind kind,
            String namespace,
            String name,
            boolean status,
            Function<ObjectNode, JsonNode> change) {
        lock.lock();
        try {
            ObjectNode before = require(kind, namespace, name);
            JsonNode wanted = change.apply(before);
            if (!(wanted instanceof ObjectNode object)) {
                throw ApiException.badRequest("the patched object is no object");
            }
            return write(kind, namespace, name, object, status);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Server-side apply. Lists are applied whole; a field is owned by whoever applied it, and who
     * writes it otherwise is not recorded.
     *
     * @param force takes over what another manager applied otherwise
     */
    public ObjectNode apply(
            Kind kind,
            String namespace,
            String name,
            ObjectNode sent,
            boolean status,
            String manager,
            boolean force) {
        lock.lock();
        try {
            ObjectNode wanted = sent.deepCopy();
            Metadata.of(wanted)
                    .remove(
                            List.of(
                                    "resourceVersion",
                                    "managedFields",
                                    "uid",
                                    "creationTimestamp",
                                    "generation"));
            Key key = Key.of(kind, namespace, name);
            String owner = status ? manager + "/status" : manager;
            ObjectNode before = objects.get(key);
            ObjectNode written;
            if (before == null) {
                if (status) {
                    throw ApiException.notFound(kind.plural(), name);
                }
                Metadata.of(wanted).put("name", name);
                written = create(kind, namespace, wanted, false);
            } else {
                Map<String, JsonNode> owners = applied.getOrDefault(key, Map.of());
                if (!force) {
                    owners.forEach(
                            (other, theirs) -> dispute(kind, name, owner, other, wanted, theirs));
                }
                JsonNode previous =
                        Objects.requireNonNullElseGet(
                                owners.get(owner), JsonNodeFactory.instance::objectNode);
                JsonNode merged =
                        Merge.merge(Merge.merge(before, Merge.leftOut(previous, wanted)), wanted);
                written = write(kind, namespace, name, (ObjectNode) merged, status);
            }
            if (objects.containsKey(key)) {
                applied.computeIfAbsent(key, k -> new HashMap<>()).put(owner, wanted);
            }
            return written;
        } finally {
            lock.unlock();
        }
    }

    private static void dispute(
            Kind kind,
            String name,
            String owner,
            String other,
            ObjectNode wanted,
            JsonNode theirs) {
        if (!other.equals(owner)) {
            Merge.disputed(wanted, theirs, "")
                    .ifPresent(
                            field -> {
                                throw ApiException.conflict(
                                        kind.plural(),
                                        name,
                                        "conflict with \"%s\": %s".formatted(other, field));
                            });
        }
    }

    private ObjectNode require(Kind kind, String namespace, String name) {
        ObjectNode found = objects.get(Key.of(kind, namespace, name));
        if (found == null) {
            throw ApiException.notFound(kind.plural(), name);
        }
        return found;
    }

    private ObjectNode write(
            Kind kind, String namespace, String name, ObjectNode sent, boolean status) {
        ObjectNode before = require(kind, namespace, name);
        same(kind, before, Metadata.uid(sent), Metadata.version(sent));
        ObjectNode wanted;
        if (status) {
            wanted = before.deepCopy();
            wanted.set("status", sent.path("status").deepCopy());
            if (!sent.has("status")) {
                wanted.remove("status");
            }
        } else {
            wanted = sent.deepCopy();
            if (kind.statusSubresource()) {
                if (before.has("status")) {
                    wanted.set("status", before.path("status").deepCopy());
                } else {
                    wanted.remove("status");
                }
            }
        }
        wanted.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        Metadata.keep(wanted, before);
        check(kind, wanted);
        if (wanted.equals(before)) {
            return before; // no new version for nothing new
        }
        if (specChanged(before, wanted)) {
            ObjectNode metadata = Metadata.of(wanted);
            metadata.put("generation", metadata.path("generation").asLong() + 1);
        }
        Key key = Key.of(kind, namespace, name);
        if (Metadata.released(wanted)) {
            remove(kind, key, wanted);
            collect();
            return wanted;
        }
        put(kind, key, before, wanted);
        if (kind.plural().equals(Kind.DEFINITION.plural())) {
            kinds.define(wanted);
        }
        return wanted;
    }

    private static boolean specChanged(ObjectNode before, ObjectNode after) {
        ObjectNode a = before.deepCopy();
        ObjectNode b = after.deepCopy();
        for (ObjectNode object : List.of(a, b)) {
            object.remove(List.of("metadata", "status"));
        }
        return !a.equals(b);
    }

    private static void same(Kind kind, ObjectNode before, String uid, String version) {
        if (!uid.isEmpty() && !uid.equals(Metadata.uid(before))) {
            throw ApiException.conflict(
                    kind.plural(), Metadata.name(before), "the UID in the request is another's");
        }
        if (!version.isEmpty() && !version.equals(Metadata.version(before))) {
            throw ApiException.conflict(
                    kind.plural(),
                    Metadata.name(before),
                    "the object has been modified; please apply your changes to the latest version and try again");
        }
    }

    private static void check(Kind kind, ObjectNode object) {
        if (!kind.defined()) {
            return;
        }
        Schema.complete(object, kind.schema());
        List<String> faults = Schema.faults(object, kind.schema());
        if (!faults.isEmpty()) {
            throw ApiException.invalid(
                    kind.kind(), Metadata.name(object), String.join(", ", faults));
        }
    }

    /**
     * Deletes an object: at once, or once its finalizers are gone and, for a pod, its processes
     * have ended.
     *
     * @return as it was last
     */
    public ObjectNode delete(Kind kind, String namespace, String name, Deletion how) {
        lock.lock();
        try {
            ObjectNode gone = mark(kind, namespace, name, how);
            collect();
            return gone;
        } finally {
            lock.unlock();
        }
    }

    private ObjectNode mark(Kind kind, String namespace, String name, Deletion how) {
        ObjectNode before = require(kind, namespace, name);
        same(
                kind,
                before,
                Objects.requireNonNullElse(how.uid(), ""),
                Objects.requireNonNullElse(how.resourceVersion(), ""));
        long grace = grace(kind, before, how);
        ObjectNode marked = before.deepCopy();
        ObjectNode metadata = Metadata.of(marked);
        if (Metadata.deleting(before)) {
            // It may be shortened, never made longer.
            grace = Math.min(grace, metadata.path("deletionGracePeriodSeconds").asLong(0));
        } else {
            metadata.put(
                    "deletionTimestamp",
                    clock.instant().plusSeconds(grace).truncatedTo(ChronoUnit.SECONDS).toString());
        }
        metadata.put("deletionGracePeriodSeconds", grace);
        Key key = Key.of(kind, namespace, name);
        boolean content =
                kind.plural().equals(Kind.NAMESPACE.plural())
                        && objects.keySet().stream().anyMatch(k -> k.namespace().equals(name));
        if (content) {
            marked.withObject("/status").put("phase", "Terminating");
        }
        if (Metadata.released(marked) && !content) {
            remove(kind, key, marked);
        } else if (!marked.equals(before)) {
            put(kind, key, before, marked);
        }
        return marked;
    }

    private static long grace(Kind kind, ObjectNode object, Deletion how) {
        String phase = object.at("/status/phase").asText("");
        boolean runs =
                kind.plural().equals(Kind.POD.plural())
                        && !object.at("/spec/nodeName").asText("").isEmpty()
                        && !phase.equals("Failed")
                        && !phase.equals("Succeeded");
        if (!runs) {
            return 0;
        }
        Long asked = how.graceSeconds();
        return asked != null
                ? asked
                : object.at("/spec/terminationGracePeriodSeconds").asLong(DEFAULT_GRACE_SECONDS);
    }

    /** The garbage collector and the namespaces' end, until there is nothing left to do. */
    private void collect() {
        boolean again = true;
        while (again) {
            again = false;
            for (Key key : List.copyOf(objects.keySet())) {
                ObjectNode object = objects.get(key);
                if (object == null || !abandoned(key, object)) {
                    continue;
                }
                Kind kind = kindOf(key);
                if (!Metadata.deleting(object) || Metadata.released(object)) {
                    mark(kind, key.namespace(), key.name(), Deletion.PLAIN);
                    again |= !objects.containsKey(key);
                }
            }
        }
    }

    private boolean abandoned(Key key, ObjectNode object) {
        ObjectNode namespace = objects.get(Key.of(Kind.NAMESPACE, "", key.namespace()));
        boolean ending = namespace != null && Metadata.deleting(namespace);
        boolean emptied = key.plural().equals(Kind.NAMESPACE.plural()) && Metadata.deleting(object);
        return ending
                || emptied
                || Metadata.orphaned(
                        object,
                        uid ->
                                objects.values().stream()
                                        .anyMatch(o -> Metadata.uid(o).equals(uid)));
    }

    private Kind kindOf(Key key) {
        return kinds.all().stream()
                .filter(k -> k.group().equals(key.group()) && k.plural().equals(key.plural()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nobody serves " + key));
    }

    private void put(Kind kind, Key key, @Nullable ObjectNode before, ObjectNode after) {
        version++;
        Metadata.of(after).put("resourceVersion", Long.toString(version));
        objects.put(key, after);
        tell(new Change(version, kind, before, after));
    }

    private void remove(Kind kind, Key key, ObjectNode last) {
        version++;
        Metadata.of(last).put("resourceVersion", Long.toString(version));
        objects.remove(key);
        applied.remove(key);
        if (kind.plural().equals(Kind.DEFINITION.plural())) {
            kinds.forget(last);
            objects.keySet()
                    .removeIf(
                            k ->
                                    k.group().equals(last.at("/spec/group").asText())
                                            && k.plural()
                                                    .equals(
                                                            last.at("/spec/names/plural")
                                                                    .asText()));
        }
        tell(new Change(version, kind, last, null));
    }

    private void tell(Change change) {
        history.addLast(change);
        if (history.size() > HISTORY_MAX) {
            history.removeFirst();
        }
        changed.signalAll();
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String suffix() {
        return Long.toString(
                ThreadLocalRandom.current().nextLong(36L * 36 * 36 * 36, 36L * 36 * 36 * 36 * 36),
                36);
    }
}
