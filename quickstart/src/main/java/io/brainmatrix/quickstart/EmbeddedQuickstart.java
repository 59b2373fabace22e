package io.brainmatrix.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.embedded.EmbeddedNode;
import io.brainmatrix.embedded.kubelet.Kubelet;
import io.brainmatrix.embedded.kubelet.Limits;
import io.brainmatrix.embedded.kubelet.MemoryGroup;
import io.brainmatrix.embedded.kubelet.Trees;
import io.brainmatrix.memory.MemInfo;
import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The quickstart on a node in this process: three instances come up one by one, one is killed by
 * the kernel at its limit, waits, comes back, and another answers.
 */
final class EmbeddedQuickstart {
    private static final String NAMESPACE = "brains";
    private static final String VICTIM = "subject";
    private static final long MIB = 1L << 20;
    private static final int INSTANCES = 3;

    /** For logs and the engine's library. */
    private static final int SPARE_DISK_MIB = 64;

    /** More than what the limit leaves. */
    private static final long HOG_BEYOND = 64 * MIB;

    /** On two slow cores, with others at work. */
    private static final Duration READY_WITHIN = Duration.ofMinutes(4);

    private static final Duration DIES_WITHIN = Duration.ofSeconds(60);
    private static final Duration BACK_WITHIN = Duration.ofMinutes(2);

    private final Path root;
    private final Path directory;
    private final EmbeddedOptions options;
    private final Optional<Limits> limits;
    private final Clock clock;
    private final Screen screen;

    EmbeddedQuickstart(
            Path root,
            Path directory,
            EmbeddedOptions options,
            Optional<Limits> limits,
            Clock clock,
            Screen screen) {
        this.root = root;
        this.directory = directory;
        this.options = options;
        this.limits = limits;
        this.clock = clock;
        this.screen = screen;
    }

    /**
     * Plays all of it; nothing is left afterwards.
     *
     * @throws IllegalStateException with what was not seen, or what to change
     */
    void play() throws IOException, InterruptedException {
        Instant began = clock.instant();
        try {
            Path model = model();
            GgufFile header = header(model);
            BrainMatrix matrix = matrix(model, header);
            EmbeddedNode.Settings settings =
                    new EmbeddedNode.Settings(
                            root,
                            directory,
                            Objects.requireNonNull(model.getParent()),
                            limits,
                            options.port(),
                            pod -> pod.endsWith("-" + VICTIM + "-1"));
            screen.line("starting the API server, the operator and the agent on this machine");
            if (limits.isEmpty()) {
                screen.line("ALLOW_NO_LIMIT=1: only the instances' own guards keep their budgets");
            }
            try (EmbeddedNode node = EmbeddedNode.start(settings, clock);
                    KubernetesClient client =
                            new KubernetesClientBuilder()
                                    .withConfig(Config.fromKubeconfig(node.kubeconfig()))
                                    .build()) {
                play(node, client, matrix, began);
            }
        } finally {
            boolean interrupted = Thread.interrupted();
            if (limits.isPresent()) {
                limits.get().close();
            }
            Trees.delete(directory);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void play(EmbeddedNode node, KubernetesClient client, BrainMatrix matrix, Instant began)
            throws IOException, InterruptedException {
        Cast cast = new Cast(client, clock, screen::line);
        AtomicReference<@Nullable String> failure = new AtomicReference<>();
        Thread watchdog = watchdog(node, failure, Thread.currentThread());
        try {
            String name = matrix.getMetadata().getName();
            screen.show(() -> new Glance(node, client, NAMESPACE, name).lines(screen.columns()));
            client.resource(
                            new NamespaceBuilder()
                                    .withNewMetadata()
                                    .withName(NAMESPACE)
                                    .endMetadata()
                                    .build())
                    .create();
            client.resource(matrix).forceConflicts().serverSideApply();
            int instances = matrix.getSpec().instances().size();
            cast.say(
                    "operator and agent are ready; applied %s: %d instances, let in one at a time"
                            .formatted(name, instances));
            cast.tellUntil(
                    "all instances Ready",
                    NAMESPACE,
                    name,
                    m -> undisturbed(m) && Story.ready(m) == instances,
                    READY_WITHIN);
            if (limits.isPresent()) {
                die(node, client, cast, name);
            } else {
                cast.say(
                        "nobody is killed here: without a limit of the kernel's it could be anybody");
            }
            ask(node, client, cast, name, "god");
            cast.say(
                    "all of it in %d s"
                            .formatted(Duration.between(began, clock.instant()).toSeconds()));
            screen.line(farewell(node, client, name));
            stay();
        } catch (InterruptedException | RuntimeException e) {
            String why = failure.get();
            if (why != null) {
                Thread.interrupted();
                throw new IllegalStateException(why, e);
            }
            throw e;
        } finally {
            watchdog.interrupt();
            screen.show(java.util.List::of);
        }
    }

    /** Nobody waits for a program that has ended: then all of this does. */
    private static Thread watchdog(
            EmbeddedNode node, AtomicReference<@Nullable String> failure, Thread main) {
        return Thread.ofPlatform()
                .name("watchdog")
                .daemon()
                .start(
                        () -> {
                            while (!Thread.currentThread().isInterrupted()) {
                                try {
                                    node.check();
                                } catch (IOException e) {
                                    failure.set(String.valueOf(e.getMessage()));
                                    main.interrupt();
                                    return;
                                }
                                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
                            }
                        });
    }

    private void stay() throws InterruptedException {
        if (options.keep()) {
            screen.line("All stays up until Ctrl-C.");
            while (true) {
                TimeUnit.HOURS.sleep(1);
            }
        }
    }

    /** Whoever fails at its very start would only be waited for in vain. */
    private static boolean undisturbed(@Nullable BrainMatrix matrix) {
        if (matrix != null && matrix.getStatus() != null) {
            for (InstanceStatus instance : matrix.getStatus().instances()) {
                if (Story.deaths(matrix, instance.name()) > 0
                        || Objects.requireNonNullElse(instance.retries(), 0) > 0) {
                    throw new IllegalStateException(
                            "%s did not come up: %s"
                                    .formatted(instance.name(), instance.message()));
                }
            }
        }
        return true;
    }

    private Path model() throws IOException {
        if (options.model().isPresent()) {
            Path model = options.model().get();
            if (!Files.isReadable(model)) {
                throw new IllegalStateException(
                        "MODEL=%s cannot be read; name a GGUF file".formatted(model));
            }
            return model.toRealPath();
        }
        MemInfo memory = MemInfo.read(Path.of("/proc"));
        enough(EmbeddedPlan.atLeast(options.sizeMib(), INSTANCES, memory.total()), memory);
        Path model = Files.createDirectories(directory.resolve("models")).resolve("chain.gguf");
        long room = Files.getFileStore(model.getParent()).getUsableSpace() / MIB;
        if (room < options.sizeMib() + SPARE_DISK_MIB) {
            throw new IllegalStateException(
                    "too little disk space: the model has %d MiB, %s has room for %d; take a smaller one: SIZE_MB=100 make quickstart"
                            .formatted(options.sizeMib(), directory, room));
        }
        screen.line("generating a model of %d MiB".formatted(options.sizeMib()));
        ModelFile.write(
                model,
                ModelSpec.ofSize(ModelSpec.Mode.CHAIN, options.sizeMib(), 1),
                done -> {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new IllegalStateException("interrupted");
                    }
                });
        return model.toRealPath();
    }

    private void enough(EmbeddedPlan plan, MemInfo memory) {
        plan.shortage(memory.available(), options.model().isEmpty())
                .ifPresent(
                        why -> {
                            throw new IllegalStateException(why);
                        });
    }

    private static GgufFile header(Path model) throws IOException {
        try {
            return GgufFile.read(model);
        } catch (GgufException e) {
            throw new IllegalStateException(
                    "MODEL=%s is no model that can be run: %s".formatted(model, e.getMessage()), e);
        }
    }

    /** The example, with this model, and with budgets for it. */
    private BrainMatrix matrix(Path model, GgufFile header) throws IOException {
        JsonNode example =
                new YAMLMapper().readTree(root.resolve("deploy/examples/quickstart.yaml").toFile());
        JsonNode instances = example.at("/spec/instances");
        MemInfo memory = MemInfo.read(Path.of("/proc"));
        EmbeddedPlan plan = EmbeddedPlan.of(header, instances.size(), memory.total());
        enough(plan, memory);
        ObjectNode spec = (ObjectNode) example.path("spec");
        spec.putObject("model").put("hostPath", model.toString());
        for (JsonNode instance : instances) {
            ((ObjectNode) instance).putObject("budget").put("ram", plan.budget() / MIB + "Mi");
        }
        BrainMatrix matrix = Serialization.unmarshal(example.toString(), BrainMatrix.class);
        matrix.getMetadata().setNamespace(NAMESPACE);
        return matrix;
    }

    private static void die(EmbeddedNode node, KubernetesClient client, Cast cast, String matrix)
            throws IOException, InterruptedException {
        InstanceStatus before = instance(client, matrix, VICTIM);
        String pod = Objects.requireNonNull(before.pod(), "a ready instance has a pod");
        MemoryGroup group =
                node.running(pod)
                        .flatMap(Kubelet.Running::group)
                        .orElseThrow(() -> new IllegalStateException(pod + " has no limit"));
        long limit = group.limit();
        cast.say(
                "taking memory in the cgroup of %s, whose guard is off in this life, until its limit of %d MiB is reached"
                        .formatted(pod, limit / MIB));
        CgroupHog.takeMemory(group, limit - group.used() + HOG_BEYOND);
        cast.tellUntil(
                VICTIM + " died and was counted",
                NAMESPACE,
                matrix,
                m -> Story.deaths(m, VICTIM) == 1,
                DIES_WITHIN);
        long kills = node.kills(pod).orElse(0L);
        InstanceStatus dead = instance(client, matrix, VICTIM);
        EndClass end =
                dead.crashes() == null || dead.crashes().recent().isEmpty()
                        ? null
                        : dead.crashes().recent().getFirst().endClass();
        if (kills < 1 || end != EndClass.OutOfMemory) {
            throw new IllegalStateException(
                    "%s was to be killed for memory; the kernel's count is %d, the operator says %s"
                            .formatted(pod, kills, end));
        }
        cast.say(
                "the kernel killed it: oom_kill %d in the cgroup of %s; counted once, as %s"
                        .formatted(kills, pod, end));
        cast.tellUntil(
                VICTIM + " is back",
                NAMESPACE,
                matrix,
                m -> Story.isBack(m, VICTIM, 2) && Story.ready(m) == INSTANCES,
                BACK_WITHIN);
    }

    private static void ask(
            EmbeddedNode node, KubernetesClient client, Cast cast, String matrix, String instance) {
        cast.ask(instance, address(node, client, matrix, instance));
    }

    private static URI address(
            EmbeddedNode node, KubernetesClient client, String matrix, String instance) {
        String pod = instance(client, matrix, instance).pod();
        return Optional.ofNullable(pod)
                .flatMap(node::running)
                .map(Kubelet.Running::address)
                .orElseThrow(() -> new IllegalStateException(instance + " does not run"));
    }

    private static InstanceStatus instance(KubernetesClient client, String matrix, String name) {
        return Story.find(
                        client.resources(BrainMatrix.class)
                                .inNamespace(NAMESPACE)
                                .withName(matrix)
                                .get(),
                        name)
                .orElseThrow(() -> new IllegalStateException(name + " is gone"));
    }

    private String farewell(EmbeddedNode node, KubernetesClient client, String matrix) {
        if (!options.keep()) {
            return "Everything goes with this program. To try it yourself: KEEP=1 make quickstart";
        }
        URI god = address(node, client, matrix, "god");
        return """

        Try next, in another terminal:
          curl -s %1$s/v1/chat/completions -d '{"messages":[{"role":"user","content":"the quick"}]}'
          curl -s %1$s/status
          curl -s %2$s/apis/brainmatrix.io/v1alpha1/namespaces/%3$s/brainmatrices/%4$s
          kubectl --kubeconfig %5$s -n %3$s get bm
          kubectl --kubeconfig %5$s -n %3$s patch bm %4$s --type merge -p '{"spec":{"suspend":true}}'
        """
                .formatted(god, node.api(), NAMESPACE, matrix, node.kubeconfigFile());
    }
}
