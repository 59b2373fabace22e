package io.brainmatrix.quickstart;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * Shows a matrix come up one by one, answer, die of memory for real and come back. Ends with 0 only
 * if all of that was seen.
 */
public final class Quickstart {
    private static final String NAMESPACE = "brains";

    /** Enough that each load can be watched, little enough for a machine with 4 GiB. */
    private static final int MODEL_MIB = 300;

    /** More than what the example's budget leaves beside the model. */
    private static final int HOG_MIB = 640;

    private final Path root;
    private final KubernetesClient client;
    private final Cast cast;

    Quickstart(Path root, KubernetesClient client, Cast cast) {
        this.root = root;
        this.client = client;
        this.cast = cast;
    }

    /** Entry point; the source tree is the property {@code brainmatrix.root} or the directory. */
    @SuppressWarnings("SystemOut") // a program for a terminal
    public static void main(String[] args) {
        Clock clock = Clock.systemUTC();
        Instant began = clock.instant();
        Path root = Path.of(System.getProperty("brainmatrix.root", ".")).toAbsolutePath();
        Target target = Stage.choose(System.getenv());
        if (target instanceof Target.Embedded) {
            EmbeddedMain.run(root, clock);
            return;
        }
        try (Stage stage = Stage.open(root, target)) {
            Cast cast = new Cast(stage.client(), clock, System.out::println);
            cast.say("cluster: " + stage.where());
            stage.loadImages();
            cast.say("images are in the cluster");
            Chart.of(root, stage.kubeconfig(), stage.values()).install();
            cast.say("the chart is installed: operator and agent are ready");
            new Quickstart(root, stage.client(), cast).play();
            long seconds = Duration.between(began, clock.instant()).toSeconds();
            cast.say("all of it in %d s".formatted(seconds));
            System.out.println(stage.farewell());
        } catch (IllegalStateException | IOException e) {
            System.err.println("quickstart: " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private void play() throws IOException {
        client.resource(namespace()).serverSideApply();
        model();
        BrainMatrix matrix = example();
        String name = matrix.getMetadata().getName();
        int instances = matrix.getSpec().instances().size();
        client.resource(matrix).forceConflicts().serverSideApply();
        cast.say("applied " + name + ": " + instances + " instances, let in one at a time");
        cast.tellUntil(
                "all instances Ready",
                NAMESPACE,
                name,
                m -> Story.ready(m) == instances,
                Duration.ofMinutes(5));
        ask(name, "god");
        death(name, "subject");
    }

    private void model() {
        ModelOnClaim model =
                new ModelOnClaim(NAMESPACE, InferenceImage.of(client, Chart.NAMESPACE), MODEL_MIB);
        cast.say(
                "generating a model of %d MiB on claim `%s`"
                        .formatted(MODEL_MIB, ModelOnClaim.CLAIM));
        model.make(client);
    }

    private void ask(String matrix, String instance) throws IOException {
        try (LocalPortForward forward =
                client.services()
                        .inNamespace(NAMESPACE)
                        .withName(matrix + "-" + instance)
                        .portForward(8080)) {
            cast.ask(instance, URI.create("http://127.0.0.1:" + forward.getLocalPort()));
        }
    }

    private void death(String matrix, String instance) {
        BrainMatrix before =
                client.resources(BrainMatrix.class).inNamespace(NAMESPACE).withName(matrix).get();
        var status = Story.find(before, instance).orElseThrow();
        long lives = Objects.requireNonNullElse(status.lives(), 0L);
        long deaths = Story.deaths(before, instance);
        String pod = Objects.requireNonNull(status.pod(), "a ready instance has a pod");
        cast.say(
                "taking memory inside %s until it ends for it: by its guard, or by the kernel"
                        .formatted(pod));
        Hog.takeMemory(client, NAMESPACE, pod, HOG_MIB);
        cast.tellUntil(
                instance + " died and was counted",
                NAMESPACE,
                matrix,
                m -> Story.deaths(m, instance) == deaths + 1,
                Duration.ofSeconds(60));
        cast.tellUntil(
                instance + " is back",
                NAMESPACE,
                matrix,
                m -> Story.isBack(m, instance, lives + 1),
                Duration.ofMinutes(2));
    }

    private BrainMatrix example() throws IOException {
        try (InputStream in =
                Files.newInputStream(root.resolve("deploy/examples/quickstart.yaml"))) {
            BrainMatrix matrix = Serialization.unmarshal(in, BrainMatrix.class);
            matrix.getMetadata().setNamespace(NAMESPACE);
            return matrix;
        }
    }

    private static Namespace namespace() {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(NAMESPACE)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build();
    }
}
