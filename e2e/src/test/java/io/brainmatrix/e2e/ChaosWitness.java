package io.brainmatrix.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An observer that believes nothing that the operator writes: its own watch of the pods, what the
 * pods themselves answer, and the container runtime's own records of what ended.
 */
final class ChaosWitness implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    static final String INSTANCE = "brainmatrix.io/instance";
    private static final String STOPPING = "brainmatrix.io/stopping";
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final Duration ANSWER = Duration.ofSeconds(2);

    /** What the watch knows of one pod. */
    private static final class Life {
        final String name;
        final String instance;
        @Nullable String container;
        @Nullable String address;
        boolean ready;
        boolean over;
        boolean putAway;

        Life(String name, String instance) {
            this.name = name;
            this.instance = instance;
        }
    }

    private final Cluster cluster;
    private final String namespace;
    private final @Nullable String runtime;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER).build();
    private final Map<String, Life> lives = new HashMap<>();
    private final Map<String, Integer> exits = new ConcurrentHashMap<>();
    private final List<String> overlaps = new ArrayList<>();
    private final List<String> takenFromService = new ArrayList<>();
    private final Set<String> deletedByHand = ConcurrentHashMap.newKeySet();
    private final Set<String> restartedByHand = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile @Nullable Process events;
    private @Nullable Watch watch;

    /**
     * Begins to watch.
     *
     * @param runtime a command that takes {@code ctr}'s arguments; null where there is none, then
     *     only the watch tells what ended
     */
    ChaosWitness(Cluster cluster, String namespace, @Nullable String runtime) {
        this.cluster = cluster;
        this.namespace = namespace;
        this.runtime = runtime;
        watchPods();
        if (runtime != null) {
            Thread.ofPlatform().daemon().name("runtime's records").start(this::readRecords);
        }
    }

    // --- the watch ---------------------------------------------------------------------------

    private void watchPods() {
        Watcher<Pod> watcher =
                new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, Pod pod) {
                        seen(action, pod);
                    }

                    @Override
                    public void onClose(WatcherException cause) {
                        // Its version is too old after the API server was away: begin anew.
                        Thread.ofVirtual().start(ChaosWitness.this::again);
                    }
                };
        watch = cluster.client().pods().inNamespace(namespace).withLabel(INSTANCE).watch(watcher);
    }

    private void again() {
        while (!closed) {
            try {
                missed();
                watchPods();
                return;
            } catch (KubernetesClientException e) {
                LockSupport.parkNanos(RETRY.toNanos());
            }
        }
    }

    /**
     * What happened while there was no watch: who went, of which none tells, and what those that
     * are there have become, which the next one would tell in no order.
     */
    private synchronized void missed() {
        Set<String> there = new HashSet<>();
        for (Pod pod :
                cluster.client()
                        .pods()
                        .inNamespace(namespace)
                        .withLabel(INSTANCE)
                        .list()
                        .getItems()) {
            there.add(pod.getMetadata().getUid());
            seen(Watcher.Action.MODIFIED, pod);
        }
        lives.forEach((uid, life) -> life.over |= !there.contains(uid));
    }

    private synchronized void seen(Watcher.Action action, Pod pod) {
        String uid = pod.getMetadata().getUid();
        boolean fresh = !lives.containsKey(uid);
        Life life =
                lives.computeIfAbsent(
                        uid,
                        u ->
                                new Life(
                                        pod.getMetadata().getName(),
                                        Objects.requireNonNull(
                                                pod.getMetadata().getLabels().get(INSTANCE))));
        // A watch that begins anew tells of what is there in no order: only a pod that is new to
        // the API server is judged.
        boolean justMade =
                pod.getStatus().getPhase() == null || "Pending".equals(pod.getStatus().getPhase());
        if (fresh && action == Watcher.Action.ADDED && justMade) {
            lives.values().stream()
                    .filter(other -> other != life && loads(other) && !saysThatItServes(other))
                    .forEach(
                            other ->
                                    overlaps.add(
                                            "%s was made while %s was not ready (container %s)"
                                                    .formatted(
                                                            life.name,
                                                            other.name,
                                                            other.container)));
        }
        String phase = pod.getStatus().getPhase();
        life.over |=
                action == Watcher.Action.DELETED
                        || "Failed".equals(phase)
                        || "Succeeded".equals(phase);
        life.address = pod.getStatus().getPodIP();
        life.ready |= PodTimes.isReady(pod);
        for (ContainerStatus container : pod.getStatus().getContainerStatuses()) {
            // Its startup probe asks for the first token: the load is over, Ready comes after it.
            life.ready |= Boolean.TRUE.equals(container.getStarted());
            if (container.getContainerID() != null) {
                String id = container.getContainerID();
                life.container = id.substring(id.indexOf("//") + 2);
                var ended = container.getState().getTerminated();
                if (ended != null) {
                    exits.putIfAbsent(life.container, ended.getExitCode());
                }
            }
        }
        if (restartedByHand.contains(life.instance) && isStopping(pod)) {
            life.putAway = true; // as a person asked: no death, and nobody is taken from service
        }
        if (!life.putAway
                && pod.getMetadata().getDeletionTimestamp() != null
                && !deletedByHand.contains(uid)
                && !life.over
                && !hasEnded(life)) {
            putAway(life);
        }
    }

    /**
     * The operator deletes what lives only if it cannot start: a pod of which the kubelet says so
     * while the runtime is away may well start a moment later. Its end was asked for and is no
     * death; who has served is never put away here.
     */
    private void putAway(Life life) {
        life.putAway = true;
        if (life.ready) {
            takenFromService.add(life.name);
        }
    }

    /** Neither ready nor over, by the watch and by the runtime, which tells sooner. */
    private boolean loads(Life life) {
        return !life.ready && !life.over && !hasEnded(life);
    }

    /** The kubelet asks once a second and may be away: the pod itself is asked now. */
    private boolean saysThatItServes(Life life) {
        if (life.address == null) {
            return false;
        }
        URI started = URI.create("http://%s:8080/health/started".formatted(life.address));
        try {
            int status =
                    http.send(
                                    HttpRequest.newBuilder(started).timeout(ANSWER).build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode();
            return status == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean hasEnded(Life life) {
        return life.container != null && exits.containsKey(life.container);
    }

    // --- the runtime's records -----------------------------------------------------------------

    private void readRecords() {
        while (!closed) {
            try {
                Process process =
                        new ProcessBuilder(Objects.requireNonNull(runtime), "ctr", "events")
                                .redirectErrorStream(true)
                                .start();
                events = process;
                try (BufferedReader lines = process.inputReader()) {
                    lines.lines().forEach(this::recorded);
                }
            } catch (IOException | java.io.UncheckedIOException e) {
                // The runtime was killed: its watch begins anew.
            }
            LockSupport.parkNanos(RETRY.toNanos());
        }
    }

    private void recorded(String line) {
        int at = line.indexOf("/tasks/exit ");
        if (at < 0) {
            return;
        }
        try {
            JsonNode exit = JSON.readTree(line.substring(line.indexOf('{', at)));
            if (exit.path("id").asText().equals(exit.path("container_id").asText())) {
                exits.putIfAbsent(
                        exit.path("container_id").asText(), exit.path("exit_status").asInt());
            }
        } catch (IOException e) {
            // A line of another kind.
        }
    }

    // --- what it knows -------------------------------------------------------------------------

    /** Pods that were made while another was not ready yet. */
    synchronized List<String> overlaps() {
        return List.copyOf(overlaps);
    }

    /** Pods that the operator deleted though they had served. */
    synchronized List<String> takenFromService() {
        return List.copyOf(takenFromService);
    }

    /** UIDs of all pods that it has seen. */
    synchronized Set<String> pods() {
        return Set.copyOf(lives.keySet());
    }

    /** Tells of a pod that is about to be deleted by hand: its end is a death. */
    void deletesByHand(Pod pod) {
        deletedByHand.add(pod.getMetadata().getUid());
    }

    /** Tells of an instance that a person is about to restart: its end is no death. */
    void restartsByHand(String instance) {
        restartedByHand.add(instance);
    }

    /** Whether the operator has said on a pod that it ends it. */
    static boolean isStopping(HasMetadata pod) {
        return pod.getMetadata().getAnnotations().containsKey(STOPPING);
    }

    /** Containers of an instance that have ended, without those that the operator put away. */
    synchronized Set<String> ended(String instance) {
        Set<String> ended = new HashSet<>();
        for (Life life : lives.values()) {
            if (life.instance.equals(instance) && hasEnded(life) && !life.putAway) {
                ended.add(life.name + " with " + exits.get(life.container));
            }
        }
        return ended;
    }

    @Override
    public void close() {
        closed = true;
        if (watch != null) {
            watch.close();
        }
        http.close();
        Process process = events;
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
