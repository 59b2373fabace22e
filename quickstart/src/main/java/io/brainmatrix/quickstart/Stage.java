package io.brainmatrix.quickstart;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/** The cluster that the quickstart plays on, and what is to be done to get images into it. */
final class Stage implements AutoCloseable {
    private final Path root;
    private final Optional<K3sContainer> k3s;
    private final String kubeconfig;
    private final String where;
    private final KubernetesClient client;

    private Stage(Path root, Optional<K3sContainer> k3s, String kubeconfig, String where) {
        this.root = root;
        this.k3s = k3s;
        this.kubeconfig = kubeconfig;
        this.where = where;
        this.client =
                new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig)).build();
    }

    /** What the environment asks for, and this machine has. */
    static Target choose(Map<String, String> env) {
        boolean embedded = "1".equals(env.get("EMBEDDED"));
        String named = embedded ? "" : env.getOrDefault("KUBECONFIG", "");
        boolean docker =
                !embedded
                        && named.isEmpty()
                        && mayHaveDocker(env)
                        && DockerClientFactory.instance().isDockerAvailable();
        boolean readable = !named.isEmpty() && Files.isReadable(Path.of(named));
        return Target.choose(embedded, named, readable, docker);
    }

    /** As {@code scripts/quickstart} asks before it makes images: looking further takes seconds. */
    private static boolean mayHaveDocker(Map<String, String> env) {
        return env.containsKey("DOCKER_HOST") || Files.exists(Path.of("/var/run/docker.sock"));
    }

    /**
     * Takes a cluster, or starts one.
     *
     * @throws IllegalStateException with what to do when there is none
     */
    static Stage open(Path root, Target target) throws IOException {
        return switch (target) {
            case Target.Existing existing ->
                    new Stage(
                            root,
                            Optional.empty(),
                            Files.readString(existing.kubeconfig()),
                            "KUBECONFIG " + existing.kubeconfig());
            case Target.Container container -> {
                K3sContainer k3s = new K3sContainer(DockerImageName.parse(container.image()));
                k3s.start();
                yield new Stage(root, Optional.of(k3s), k3s.getKubeConfigYaml(), container.image());
            }
            case Target.Nowhere nowhere -> throw new IllegalStateException(nowhere.whatToDo());
            case Target.Embedded embedded ->
                    throw new IllegalStateException("an embedded node is no cluster");
        };
    }

    KubernetesClient client() {
        return client;
    }

    String kubeconfig() {
        return kubeconfig;
    }

    String where() {
        return where;
    }

    /** Values of the chart for this cluster. */
    Map<String, String> values() {
        return Map.of();
    }

    /** Puts the images of {@code make images} into the cluster. */
    void loadImages() throws IOException {
        if (k3s.isEmpty()) {
            run(List.of(root.resolve("scripts/load-images").toString()));
            return;
        }
        for (Path archive : ImageArchives.below(root)) {
            ImageArchives.load(archive, k3s.get());
        }
    }

    /** What to try next, and how to be rid of it all. */
    String farewell() {
        if (k3s.isPresent()) {
            return "The cluster goes with this program. To keep one, set KUBECONFIG and run it again.";
        }
        return """

        Try next:
          kubectl -n brains get bm -w
          kubectl -n brains patch bm quickstart --type merge -p '{"spec":{"suspend":true}}'
          kubectl -n brains port-forward svc/quickstart-god 8080:8080 &
          curl -s localhost:8080/v1/chat/completions -d '{"messages":[{"role":"user","content":"the quick"}]}'
        Remove everything:
          kubectl delete namespace brains
          helm -n brainmatrix-system uninstall brainmatrix
          kubectl delete namespace brainmatrix-system
          kubectl delete crd brainmatrices.brainmatrix.io nodememories.brainmatrix.io\
        """;
    }

    private void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).directory(root.toFile()).inheritIO().start();
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("%s ended with %d".formatted(command, code));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in " + command, e);
        }
    }

    @Override
    public void close() {
        client.close();
        k3s.ifPresent(K3sContainer::stop);
    }
}
