package io.brainmatrix.simulation;

import io.brainmatrix.api.v1alpha1.Admission;
import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.BrainMatrixSpec;
import io.brainmatrix.api.v1alpha1.Budget;
import io.brainmatrix.api.v1alpha1.ClaimedModel;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.ModelSource;
import io.brainmatrix.api.v1alpha1.Settle;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** People, other workloads, and what befalls the machines. */
final class Users {
    private static final String NAMESPACE = "brains";
    private static final String CLAIM = "models";
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

    private final World world;
    private final VirtualTime time;
    private int matrices = 1;
    private int foreign = 1;
    private int restarts = 1;

    Users(World world) {
        this.world = world;
        time = world.time;
    }

    void begin() {
        world.server.create(
                new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withNamespace(NAMESPACE)
                        .withName(CLAIM)
                        .endMetadata()
                        .withNewStatus()
                        .withPhase("Bound")
                        .endStatus()
                        .build());
        for (long i = time.between(1, 3); i > 0; i--) {
            world.addNode(
                    time.any(List.of(4L, 8L, 8L, 16L)) * PaperNode.GI,
                    time.chance(0.3) ? time.any(List.of(4L, 8L)) * PaperNode.GI : 0);
        }
        if (time.chance(0.3)) {
            long all = world.nodes().stream().mapToLong(PaperNode::capacity).sum();
            world.mostMemory(all / 100 * time.between(20, 60));
        }
        world.startOperator();
        for (long i = time.between(1, 3); i > 0; i--) {
            createMatrix();
        }
        later();
    }

    private void later() {
        time.in(
                time.between(200, 12_000),
                () -> {
                    if (!world.faults.isCalm()) {
                        act();
                        later();
                    }
                });
    }

    /** All that hinders an admission ends; what was declared stays. */
    void calm() {
        world.faults.calm();
        time.note("--- calm from here on ---");
        world.models.calm();
        for (PaperNode node : world.nodes()) {
            if (node.exists() && node.cordoned()) {
                node.cordon(false);
            }
            node.hostUse(300 * PaperNode.MI);
            if (!node.unified()) {
                node.gpuHostUse(0);
            }
            if (!node.agentUp()) {
                node.startAgent();
            }
        }
        while (world.operators().stream().filter(PaperOperator::alive).count() > 1) {
            world.operators().stream().filter(PaperOperator::alive).findFirst().get().die();
        }
        if (world.operators().stream().noneMatch(PaperOperator::alive)) {
            world.startOperator();
        }
    }

    private void act() {
        PaperNode node = time.any(world.nodes());
        switch ((int) time.between(0, 23)) {
            case 0, 1 -> createMatrix();
            case 2 -> deleteMatrix();
            case 3, 4 -> edit(this::otherBudget);
            case 5 -> edit(this::restarted);
            case 6 -> edit(this::suspended);
            case 7 -> edit(this::moreOrLess);
            case 8 -> foreignPod();
            case 9 -> removeForeignPod();
            case 10 -> {
                node.hostUse(time.between(300, 3_000) * PaperNode.MI);
                if (!node.unified()) {
                    node.gpuHostUse(time.between(0, 3_000) * PaperNode.MI);
                }
            }
            case 11, 12 -> instanceDies();
            case 13 -> world.operators().forEach(PaperOperator::die);
            case 14 -> {
                if (world.operators().size() < 2) {
                    world.startOperator();
                }
            }
            case 15 -> {
                if (node.agentUp()) {
                    node.stopAgent();
                }
            }
            case 16 -> {
                if (node.exists() && !node.agentUp()) {
                    node.startAgent();
                }
            }
            case 17 -> {
                if (node.exists()) {
                    node.cordon(!node.cordoned());
                }
            }
            case 18 -> {
                if (world.faults.strikes(0.5) && node.kubeletUp()) {
                    node.reboot();
                }
            }
            case 19 -> {
                if (world.faults.strikes(0.5) && node.kubeletUp()) {
                    node.pauseKubelet(time.between(500, 30_000));
                }
            }
            case 20 -> {
                if (world.faults.strikes(0.4) && node.kubeletUp()) {
                    node.vanish(time.between(5_000, 60_000));
                }
            }
            case 21 -> node.jump(Duration.ofDays(time.chance(0.5) ? 1 : -1));
            case 22 -> deleteInstancePod();
            default -> {}
        }
        if (world.operators().stream().noneMatch(PaperOperator::alive)) {
            time.in(
                    time.between(100, 20_000),
                    () -> {
                        if (world.operators().stream().noneMatch(PaperOperator::alive)) {
                            world.startOperator();
                        }
                    });
        }
    }

    private void createMatrix() {
        if (world.server.list(BrainMatrix.class).size() >= 4) {
            return;
        }
        List<Instance> instances = new ArrayList<>();
        for (long i = time.between(1, 4); i > 0; i--) {
            instances.add(instance(NAMES.get(instances.size()), instances));
        }
        BrainMatrix matrix = new BrainMatrix();
        // A name may come again after its matrix is gone.
        String name = "m" + time.between(1, Math.max(3, matrices++));
        if (world.server.get(BrainMatrix.class, NAMESPACE, name).isPresent()) {
            return;
        }
        matrix.setMetadata(new ObjectMetaBuilder().withNamespace(NAMESPACE).withName(name).build());
        matrix.setSpec(
                new BrainMatrixSpec(
                        false,
                        null,
                        model(),
                        new Admission(
                                20,
                                time.any(List.of("20s", "1m", "5m")),
                                new Settle(
                                        time.any(List.of("1s", "1s", "3s")), new Quantity("16Mi"))),
                        null,
                        instances));
        time.note("user creates matrix " + name + " " + budgets(matrix.getSpec()));
        world.server.create(matrix);
    }

    /**
     * On a claim of theirs, which is there already, or on the node, for which one is made first.
     */
    private ModelSource model() {
        return time.chance(0.4)
                ? new ModelSource(null, new ClaimedModel(CLAIM, "m.gguf"), null)
                : new ModelSource("/models/m.gguf", null, null);
    }

    private static String budgets(BrainMatrixSpec spec) {
        return String.join(
                ", ",
                spec.instances().stream()
                        .map(
                                i ->
                                        "%s:%s%s watches %s"
                                                .formatted(
                                                        i.name(),
                                                        i.budget().ram(),
                                                        i.budget().gpu() == null
                                                                ? ""
                                                                : "+" + i.budget().gpu(),
                                                        i.watches()))
                        .toList());
    }

    private Instance instance(String name, List<Instance> others) {
        List<String> watches =
                !others.isEmpty() && time.chance(0.3) ? List.of(time.any(others).name()) : null;
        return new Instance(
                name,
                null,
                budget(),
                watches,
                time.chance(0.2) ? (int) time.between(-5, 10) : 0,
                null,
                null,
                null,
                null,
                null);
    }

    private Budget budget() {
        Quantity gpu =
                time.chance(0.25)
                        ? new Quantity(time.between(2, time.chance(0.2) ? 64 : 24) * 128 + "Mi")
                        : null;
        return new Budget(ram(), null, gpu);
    }

    private Quantity ram() {
        long most = world.nodes().stream().mapToLong(PaperNode::capacity).max().orElseThrow();
        long percent = time.chance(0.2) ? time.between(30, 75) : time.between(2, 25);
        return new Quantity(most / PaperNode.MI * percent / 100 + "Mi");
    }

    private void deleteMatrix() {
        List<BrainMatrix> present = world.server.list(BrainMatrix.class);
        if (!present.isEmpty()) {
            BrainMatrix matrix = time.any(present);
            time.note("user deletes matrix " + matrix.getMetadata().getName());
            world.server.delete(
                    BrainMatrix.class, PaperServer.key(matrix), matrix.getMetadata().getUid());
        }
    }

    private void edit(UnaryOperator<BrainMatrixSpec> change) {
        List<BrainMatrix> present =
                world.server.list(BrainMatrix.class).stream()
                        .filter(m -> m.getMetadata().getDeletionTimestamp() == null)
                        .toList();
        if (present.isEmpty()) {
            return;
        }
        BrainMatrix matrix = time.any(present);
        BrainMatrixSpec spec = change.apply(matrix.getSpec());
        time.note("user edits " + matrix.getMetadata().getName() + ": " + budgets(spec));
        world.server.edit(
                BrainMatrix.class,
                PaperServer.key(matrix),
                m -> {
                    BrainMatrix other =
                            PaperServer.withMeta(
                                    m, meta -> meta.setGeneration(meta.getGeneration() + 1));
                    other.setSpec(spec);
                    return other;
                });
    }

    private BrainMatrixSpec otherBudget(BrainMatrixSpec spec) {
        int which = (int) time.between(0, spec.instances().size() - 1);
        List<Instance> instances = new ArrayList<>(spec.instances());
        Instance i = instances.get(which);
        instances.set(which, with(i, budget(), i.restartedAt()));
        return with(spec, spec.suspend(), instances);
    }

    private BrainMatrixSpec restarted(BrainMatrixSpec spec) {
        int which = (int) time.between(0, spec.instances().size() - 1);
        List<Instance> instances = new ArrayList<>(spec.instances());
        Instance i = instances.get(which);
        instances.set(which, with(i, i.budget(), "restart " + restarts++));
        return with(spec, spec.suspend(), instances);
    }

    private BrainMatrixSpec suspended(BrainMatrixSpec spec) {
        return with(spec, !Boolean.TRUE.equals(spec.suspend()), spec.instances());
    }

    private BrainMatrixSpec moreOrLess(BrainMatrixSpec spec) {
        List<Instance> instances = new ArrayList<>(spec.instances());
        if (instances.size() > 1 && time.chance(0.5)) {
            Instance gone = instances.removeLast();
            boolean watched =
                    instances.stream()
                            .anyMatch(
                                    i -> i.watches() != null && i.watches().contains(gone.name()));
            return watched ? spec : with(spec, spec.suspend(), instances);
        }
        if (instances.size() < NAMES.size()) {
            instances.add(instance(NAMES.get(instances.size()), instances));
        }
        return with(spec, spec.suspend(), instances);
    }

    private static Instance with(Instance i, Budget budget, @Nullable String restartedAt) {
        return new Instance(
                i.name(),
                i.role(),
                budget,
                i.watches(),
                i.priority(),
                i.model(),
                i.engine(),
                i.apiTokenSecret(),
                i.mind(),
                restartedAt);
    }

    private static BrainMatrixSpec with(
            BrainMatrixSpec spec, @Nullable Boolean suspend, List<Instance> instances) {
        return new BrainMatrixSpec(
                suspend,
                spec.placement(),
                spec.model(),
                spec.admission(),
                spec.recovery(),
                instances);
    }

    private void foreignPod() {
        PaperNode node = time.any(world.nodes());
        if (!node.exists()) {
            return;
        }
        String name = "other-" + foreign++;
        time.note("a pod of others starts on " + node.name());
        world.server.create(
                new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName(node.name())
                        .addNewContainer()
                        .withName("main")
                        .withNewResources()
                        .addToRequests(
                                "memory", new Quantity(time.between(16, 1_024) * PaperNode.MI + ""))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build());
    }

    private void removeForeignPod() {
        world.server.list(Pod.class).stream()
                .filter(p -> !Pods.ours(p))
                .findFirst()
                .ifPresent(
                        p ->
                                world.server.delete(
                                        Pod.class, PaperServer.key(p), p.getMetadata().getUid()));
    }

    private void instanceDies() {
        List<PaperNode.Process> alive = new ArrayList<>();
        for (PaperNode node : world.nodes()) {
            for (PaperNode.Process process : node.processes()) {
                if (process.ours && process.alive()) {
                    alive.add(process);
                }
            }
        }
        if (!alive.isEmpty()) {
            PaperNode.Process victim = time.any(alive);
            for (PaperNode node : world.nodes()) {
                if (node.process(victim.podUid) != null) {
                    node.endsByItself(victim);
                }
            }
        }
    }

    private void deleteInstancePod() {
        List<Pod> pods = world.server.list(Pod.class).stream().filter(Pods::ours).toList();
        if (!pods.isEmpty()) {
            Pod pod = time.any(pods);
            time.note("user deletes pod " + pod.getMetadata().getName());
            world.server.delete(Pod.class, PaperServer.key(pod), pod.getMetadata().getUid());
        }
    }
}
