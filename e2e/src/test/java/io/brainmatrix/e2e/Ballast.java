package io.brainmatrix.e2e;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Real memory that is not ours: a JVM whose heap is touched page by page, and which then waits as a
 * file server that nobody asks.
 */
interface Ballast extends AutoCloseable {
    /** Frees it; returns when its process had ended. */
    Instant free();

    @Override
    default void close() {
        free();
    }

    private static List<String> command(String java, long mib) {
        return List.of(
                java,
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-Xms" + mib + "m",
                "-Xmx" + mib + "m",
                "-XX:Flags=/dev/null",
                "-m",
                "jdk.httpserver",
                "-b",
                "127.0.0.1",
                "-p",
                "0");
    }

    /** A process of the node itself, which is this machine: in no pod, known to nobody. */
    static Ballast process(long mib) {
        try {
            Process process =
                    new ProcessBuilder(
                                    command(
                                            Path.of(System.getProperty("java.home"), "bin", "java")
                                                    .toString(),
                                            mib))
                            .directory(Path.of("/tmp").toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return () -> {
                process.destroyForcibly().onExit().join();
                return Instant.now();
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A pod of somebody else's that asks for 64Mi and takes much more. */
    static Ballast pod(Cluster cluster, long mib) {
        var agent = cluster.releasePods("DaemonSet").findFirst().orElseThrow();
        var container = agent.getSpec().getContainers().getFirst();
        var pod =
                new PodBuilder()
                        .withNewMetadata()
                        .withName("ballast")
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .withRestartPolicy("Never")
                        .addNewContainer()
                        .withName("ballast")
                        .withImage(container.getImage())
                        .withImagePullPolicy(container.getImagePullPolicy())
                        .withCommand(command("/opt/jre/bin/java", mib))
                        .withNewResources()
                        .addToRequests("memory", new Quantity("64Mi"))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build();
        cluster.client().resource(pod).create();
        return () -> {
            cluster.client()
                    .pods()
                    .inNamespace("default")
                    .withName("ballast")
                    .withGracePeriod(0)
                    .delete();
            Await.until(
                    cluster,
                    "the ballast is gone",
                    () -> {
                        if (Objects.nonNull(
                                cluster.client()
                                        .pods()
                                        .inNamespace("default")
                                        .withName("ballast")
                                        .get())) {
                            throw new AssertionError("still there");
                        }
                    });
            return Instant.now();
        };
    }
}
