package io.brainmatrix.quickstart;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes memory inside a running inference container until its kernel limit is hit: a second JVM
 * whose heap is touched page by page before anything else. Nothing is faked: the kernel kills the
 * biggest process of the container, which is the model's when that holds more than half of the
 * limit.
 */
public final class Hog {
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(30);

    private Hog() {}

    /**
     * Runs until something has ended, at most 30 s: the pod by its guard, or what the kernel kills.
     *
     * @param heapMib how much to take; more than what the limit leaves
     * @return whether the hog ended in that time; the pod's status says who died
     */
    public static boolean takeMemory(
            KubernetesClient client, String namespace, String pod, int heapMib) {
        try (ExecWatch exec =
                client.pods()
                        .inNamespace(namespace)
                        .withName(pod)
                        .inContainer("inference")
                        .writingOutput(OutputStream.nullOutputStream())
                        .writingError(OutputStream.nullOutputStream())
                        .exec(
                                "/opt/jre/bin/java",
                                "-XX:+UseSerialGC",
                                "-XX:+AlwaysPreTouch",
                                "-Xms" + heapMib + "m",
                                "-Xmx" + heapMib + "m",
                                // The image's options are the model's, not the hog's.
                                "-XX:Flags=/dev/null",
                                "-version")) {
            exec.exitCode().get(KILL_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            // The connection breaks when the container dies with the exec in it: that is the aim.
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
