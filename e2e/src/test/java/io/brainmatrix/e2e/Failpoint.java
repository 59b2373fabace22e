package io.brainmatrix.e2e;

import io.brainmatrix.e2e.ChaosFault.Scene;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Ends the operator right after one of its writes, from outside: a watch tells of the write some
 * milliseconds after it was made, and its thread sends the SIGKILL. So the operator may have got as
 * far as its next write; how often it had not is kept.
 */
final class Failpoint {
    /** A load, its settling and whoever waits before it. */
    private static final Duration WRITTEN_WITHIN = Duration.ofSeconds(30);

    /** One entry for each kill; true when the write was the last. */
    private final Map<OperatorWrite, List<Boolean>> struck = new EnumMap<>(OperatorWrite.class);

    /**
     * Provokes a write, and kills the operator's processes as soon as it is told of.
     *
     * @param provoke makes the operator write, sooner or later
     * @return whether it was written; if not, as other faults may have it, it is killed all the
     *     same
     */
    boolean strike(Scene scene, Pod operator, OperatorWrite write, Runnable provoke) {
        List<ProcessHandle> victims = World.processes(operator); // found before: it takes a while
        CompletableFuture<HasMetadata> written = new CompletableFuture<>();
        try (Watch _ =
                watch(
                        scene,
                        write.kind(),
                        write,
                        now -> {
                            scene.begins();
                            victims.forEach(ProcessHandle::destroyForcibly);
                            written.complete(now);
                        })) {
            provoke.run();
            HasMetadata last = written.get(WRITTEN_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            for (ProcessHandle victim : victims) {
                victim.onExit().get(WRITTEN_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            }
            struck.computeIfAbsent(write, w -> new ArrayList<>()).add(write.isLast(scene, last));
            return true;
        } catch (TimeoutException e) {
            scene.begins();
            victims.forEach(ProcessHandle::destroyForcibly);
            return false;
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static <T extends HasMetadata> Watch watch(
            Scene scene, Class<T> kind, OperatorWrite write, Consumer<T> told) {
        var objects = scene.cluster().client().resources(kind).inNamespace(write.namespace(scene));
        KubernetesResourceList<T> there = objects.list();
        Map<String, T> known = new HashMap<>();
        there.getItems().forEach(o -> known.put(o.getMetadata().getUid(), o));
        return objects.watch(
                new ListOptionsBuilder()
                        .withResourceVersion(there.getMetadata().getResourceVersion())
                        .build(),
                new Watcher<T>() {
                    private boolean over;

                    @Override
                    public void eventReceived(Action action, T now) {
                        T before = known.put(now.getMetadata().getUid(), now);
                        if (!over && action != Action.DELETED && write.shows(before, now)) {
                            over = true;
                            told.accept(now);
                        }
                    }

                    @Override
                    public void onClose(WatcherException cause) {
                        // The API server was away: nothing is told any more, and the wait ends.
                    }
                });
    }

    /** How many kills there were after each write, and how often it was the last. */
    @Override
    public String toString() {
        return struck.entrySet().stream()
                .map(
                        e ->
                                "%s %d of %d"
                                        .formatted(
                                                e.getKey(),
                                                e.getValue().stream().filter(last -> last).count(),
                                                e.getValue().size()))
                .collect(Collectors.joining(", "));
    }
}
