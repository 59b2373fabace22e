package io.brainmatrix.e2e;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** What goes wrong in a run of chaos; none of it is undone by anybody but the system itself. */
enum ChaosFault {
    OPERATOR_KILLED {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return met(killForGood(scene, component(scene, "ReplicaSet")));
        }
    },
    OPERATOR_KILLED_AFTER_LANE_TAKEN {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return afterA(OperatorWrite.LANE_TAKEN, scene, () -> killOne(scene));
        }
    },
    OPERATOR_KILLED_AFTER_POD_MADE {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return afterA(OperatorWrite.POD_MADE, scene, () -> killOne(scene));
        }
    },
    OPERATOR_KILLED_AFTER_DEATH_COUNTED {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return afterA(OperatorWrite.DEATH_COUNTED, scene, () -> killOne(scene));
        }
    },
    OPERATOR_KILLED_AFTER_FINALIZER_REMOVED {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return afterA(OperatorWrite.FINALIZER_REMOVED, scene, () -> killOne(scene));
        }
    },
    OPERATOR_KILLED_AFTER_LANE_GIVEN_BACK {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return afterA(OperatorWrite.LANE_GIVEN_BACK, scene, () -> killOne(scene));
        }
    },
    OPERATOR_KILLED_AFTER_STOP_ANNOUNCED {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return afterA(
                    OperatorWrite.STOP_ANNOUNCED,
                    scene,
                    () -> instance(scene).ifPresent(pod -> restart(scene, pod)));
        }
    },
    AGENT_KILLED {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return met(killForGood(scene, component(scene, "DaemonSet")));
        }
    },
    KUBELET_AWAY {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return away(scene, "kubelet", Duration.ofSeconds(4));
        }
    },
    API_SERVER_AWAY {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return away(scene, "kube-apiserver", Duration.ofSeconds(2));
        }
    },
    RUNTIME_AWAY {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return away(scene, "containerd", Duration.ofSeconds(4));
        }
    },
    /** By the kernel, at the limit of the pod's own memory cgroup. */
    OUT_OF_MEMORY {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return onOne(scene, pod -> scene.world().exhaustMemory(pod));
        }
    },
    INSTANCE_KILLED {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return met(killOne(scene));
        }
    },
    ENGINE_CRASHES {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return onOne(scene, pod -> scene.world().signal(pod, "SEGV"));
        }
    },
    ENGINE_STOPS {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return onOne(
                    scene,
                    pod -> {
                        boolean stopped = scene.world().signal(pod, "STOP");
                        pause(scene, Duration.ofSeconds(4));
                        scene.world().signal(pod, "CONT");
                        return stopped;
                    });
        }
    },
    /**
     * A full disk under what it writes: its black box cannot be brought up to date, and it dies.
     */
    DISK_FULL {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return onOne(
                    scene,
                    pod -> {
                        try {
                            if (!scene.disk().fillUnder(pod)) {
                                return false;
                            }
                            pause(scene, Duration.ofSeconds(2));
                            return scene.world().signal(pod, "KILL");
                        } finally {
                            scene.disk().free();
                        }
                    });
        }
    },
    POD_DELETED {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            return onOne(
                    scene,
                    pod -> {
                        scene.witness().deletesByHand(pod);
                        scene.cluster().client().resource(pod).delete();
                        return true;
                    });
        }
    },
    LANE_DELETED {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            scene.begins();
            return met(
                    !scene.cluster()
                            .client()
                            .leases()
                            .inNamespace(Chart.NAMESPACE)
                            .withName("brainmatrix-lane-" + scene.node())
                            .delete()
                            .isEmpty());
        }
    },
    READING_DELETED {
        @Override
        Optional<ChaosFault> strike(Scene scene) {
            scene.begins();
            return met(
                    !scene.cluster()
                            .client()
                            .resources(NodeMemory.class)
                            .withName(scene.node())
                            .delete()
                            .isEmpty());
        }
    };

    private static final Duration VICTIM_WITHIN = Duration.ofSeconds(20);

    /**
     * Where it strikes.
     *
     * @param held whether a lane was held at the moment of the last strike
     */
    record Scene(
            Cluster cluster,
            String namespace,
            String node,
            World world,
            NodeParts parts,
            SmallDisk disk,
            ChaosWitness witness,
            LaneHistory lane,
            Failpoint failpoint,
            Random random,
            AtomicBoolean held) {
        /** This is the moment: a victim may have been waited for. */
        void begins() {
            held.set(lane.holder() != null);
        }

        /** Pods of the matrix whose container runs. */
        List<Pod> living() {
            return cluster.client().pods().inNamespace(namespace).list().getItems().stream()
                    .filter(p -> "Running".equals(p.getStatus().getPhase()))
                    .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
                    .toList();
        }
    }

    /**
     * Strikes.
     *
     * @return what has happened by it, which may be another fault than was meant; empty for none:
     *     it met nobody
     */
    abstract Optional<ChaosFault> strike(Scene scene);

    Optional<ChaosFault> met(boolean somebody) {
        return somebody ? Optional.of(this) : Optional.empty();
    }

    /** Befalls an instance; the deed tells whether it was done to somebody. */
    Optional<ChaosFault> onOne(Scene scene, Predicate<Pod> deed) {
        return instance(scene)
                .filter(
                        pod -> {
                            scene.begins();
                            return deed.test(pod);
                        })
                .map(_ -> this);
    }

    /**
     * One whose container runs, whatever it is doing. A fault that meets nobody is none: it waits a
     * while for a victim.
     */
    private static Optional<Pod> instance(Scene scene) {
        long until = System.nanoTime() + VICTIM_WITHIN.toNanos();
        while (true) {
            List<Pod> living = scene.living();
            if (!living.isEmpty()) {
                return Optional.of(living.get(scene.random().nextInt(living.size())));
            }
            if (!pausedBefore(until)) {
                return Optional.empty();
            }
        }
    }

    private static boolean killOne(Scene scene) {
        return INSTANCE_KILLED.onOne(scene, pod -> scene.world().signal(pod, "KILL")).isPresent();
    }

    /** As a person who wants an instance to begin anew. */
    private static void restart(Scene scene, Pod pod) {
        String instance = pod.getMetadata().getLabels().get(ChaosWitness.INSTANCE);
        var matrix =
                scene.cluster()
                        .client()
                        .resources(BrainMatrix.class)
                        .inNamespace(scene.namespace())
                        .withName(ChaosE2E.MATRIX);
        List<String> names =
                matrix.get().getSpec().instances().stream().map(Instance::name).toList();
        scene.witness().restartsByHand(Objects.requireNonNull(instance));
        matrix.patch(
                PatchContext.of(PatchType.JSON),
                """
                [{"op": "add", "path": "/spec/instances/%d/restartedAt", "value": "%s"}]"""
                        .formatted(names.indexOf(instance), pod.getMetadata().getUid()));
    }

    /**
     * Kills the operator after such a write; one that is not there yet is waited for. One that does
     * not write so, as other faults may have it, is killed all the same.
     */
    Optional<ChaosFault> afterA(OperatorWrite write, Scene scene, Runnable provoke) {
        long until = System.nanoTime() + VICTIM_WITHIN.toNanos();
        Optional<Pod> operator;
        do {
            operator = component(scene, "ReplicaSet").filter(PodTimes::isReady);
        } while (operator.isEmpty() && pausedBefore(until));
        Optional<ChaosFault> done =
                operator.map(
                        pod ->
                                scene.failpoint().strike(scene, pod, write, provoke)
                                        ? this
                                        : OPERATOR_KILLED);
        kill(scene, operator);
        return done;
    }

    private static boolean pausedBefore(long until) {
        LockSupport.parkNanos(100_000_000L);
        return System.nanoTime() < until;
    }

    private static Optional<Pod> component(Scene scene, String ownerKind) {
        return scene.cluster()
                .releasePods(ownerKind)
                .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
                .findFirst();
    }

    private static boolean killForGood(Scene scene, Optional<Pod> pod) {
        scene.begins();
        return kill(scene, pod);
    }

    /** With SIGKILL; its pod goes too, or the kubelet would wait longer each time. */
    private static boolean kill(Scene scene, Optional<Pod> pod) {
        boolean killed = pod.filter(p -> scene.world().signal(p, "KILL")).isPresent();
        pod.ifPresent(p -> scene.cluster().client().resource(p).withGracePeriod(0).delete());
        return killed;
    }

    Optional<ChaosFault> away(Scene scene, String part, Duration atMost) {
        scene.begins();
        scene.parts().kill(part);
        pause(scene, atMost);
        scene.parts().start(part);
        return Optional.of(this);
    }

    /** The fault's own length, as random as its moment. */
    private static void pause(Scene scene, Duration atMost) {
        LockSupport.parkNanos((long) (scene.random().nextDouble() * atMost.toNanos()));
    }
}
