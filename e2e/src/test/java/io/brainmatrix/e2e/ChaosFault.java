package io.brainmatrix.e2e;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.Instance;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.Hog;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** What goes wrong in a run of chaos; none of it is undone by anybody but the system itself. */
enum ChaosFault {
    OPERATOR_KILLED {
        @Override
        void strike(Scene scene) {
            killForGood(scene, component(scene, "ReplicaSet"));
        }
    },
    OPERATOR_KILLED_AFTER_LANE_TAKEN {
        @Override
        void strike(Scene scene) {
            afterA(OperatorWrite.LANE_TAKEN, scene, () -> killOne(scene));
        }
    },
    OPERATOR_KILLED_AFTER_POD_MADE {
        @Override
        void strike(Scene scene) {
            afterA(OperatorWrite.POD_MADE, scene, () -> killOne(scene));
        }
    },
    OPERATOR_KILLED_AFTER_DEATH_COUNTED {
        @Override
        void strike(Scene scene) {
            afterA(OperatorWrite.DEATH_COUNTED, scene, () -> killOne(scene));
        }
    },
    OPERATOR_KILLED_AFTER_FINALIZER_REMOVED {
        @Override
        void strike(Scene scene) {
            afterA(OperatorWrite.FINALIZER_REMOVED, scene, () -> killOne(scene));
        }
    },
    OPERATOR_KILLED_AFTER_LANE_GIVEN_BACK {
        @Override
        void strike(Scene scene) {
            afterA(OperatorWrite.LANE_GIVEN_BACK, scene, () -> killOne(scene));
        }
    },
    OPERATOR_KILLED_AFTER_STOP_ANNOUNCED {
        @Override
        void strike(Scene scene) {
            afterA(
                    OperatorWrite.STOP_ANNOUNCED,
                    scene,
                    () -> instance(scene).ifPresent(pod -> restart(scene, pod)));
        }
    },
    AGENT_KILLED {
        @Override
        void strike(Scene scene) {
            killForGood(scene, component(scene, "DaemonSet"));
        }
    },
    KUBELET_AWAY {
        @Override
        void strike(Scene scene) {
            away(scene, "kubelet", Duration.ofSeconds(4));
        }
    },
    API_SERVER_AWAY {
        @Override
        void strike(Scene scene) {
            away(scene, "kube-apiserver", Duration.ofSeconds(2));
        }
    },
    RUNTIME_AWAY {
        @Override
        void strike(Scene scene) {
            away(scene, "containerd", Duration.ofSeconds(4));
        }
    },
    OUT_OF_MEMORY {
        @Override
        void strike(Scene scene) {
            // Big enough to be what the kernel chooses: its weights are more than half its limit.
            oneOf(scene, p -> p.getMetadata().getName().contains("-big-") && PodTimes.isReady(p))
                    .ifPresent(
                            pod ->
                                    Hog.takeMemory(
                                            scene.cluster().client(),
                                            scene.namespace(),
                                            pod.getMetadata().getName(),
                                            640));
        }
    },
    INSTANCE_KILLED {
        @Override
        void strike(Scene scene) {
            killOne(scene);
        }
    },
    ENGINE_CRASHES {
        @Override
        void strike(Scene scene) {
            instance(scene).ifPresent(pod -> scene.world().signal(pod, "SEGV"));
        }
    },
    ENGINE_STOPS {
        @Override
        void strike(Scene scene) {
            instance(scene)
                    .ifPresent(
                            pod -> {
                                scene.world().signal(pod, "STOP");
                                pause(scene, Duration.ofSeconds(4));
                                scene.world().signal(pod, "CONT");
                            });
        }
    },
    /** A full disk under what it writes: its black box cannot be brought up to date. */
    DISK_FULL {
        @Override
        void strike(Scene scene) {
            instance(scene)
                    .ifPresent(
                            pod -> {
                                scene.world().allowNoWrites(pod);
                                pause(scene, Duration.ofSeconds(4));
                                scene.world().signal(pod, "KILL");
                            });
        }
    },
    POD_DELETED {
        @Override
        void strike(Scene scene) {
            instance(scene)
                    .ifPresent(
                            pod -> {
                                scene.witness().deletesByHand(pod);
                                scene.cluster().client().resource(pod).delete();
                            });
        }
    },
    LANE_DELETED {
        @Override
        void strike(Scene scene) {
            scene.cluster()
                    .client()
                    .leases()
                    .inNamespace(Chart.NAMESPACE)
                    .withName("brainmatrix-lane-" + scene.node())
                    .delete();
        }
    },
    READING_DELETED {
        @Override
        void strike(Scene scene) {
            scene.cluster().client().resources(NodeMemory.class).withName(scene.node()).delete();
        }
    };

    private static final Duration VICTIM_WITHIN = Duration.ofSeconds(20);

    /** Where it strikes. */
    record Scene(
            Cluster cluster,
            String namespace,
            String node,
            World world,
            NodeParts parts,
            ChaosWitness witness,
            Failpoint failpoint,
            Random random) {
        /** Pods of the matrix whose container runs. */
        List<Pod> living() {
            return cluster.client().pods().inNamespace(namespace).list().getItems().stream()
                    .filter(p -> "Running".equals(p.getStatus().getPhase()))
                    .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
                    .toList();
        }
    }

    abstract void strike(Scene scene);

    /** One whose container runs, whatever it is doing. */
    private static Optional<Pod> instance(Scene scene) {
        return oneOf(scene, p -> true);
    }

    /** A fault that meets nobody is none: it waits a while for a victim. */
    private static Optional<Pod> oneOf(Scene scene, Predicate<Pod> fit) {
        long until = System.nanoTime() + VICTIM_WITHIN.toNanos();
        while (true) {
            List<Pod> fitting = scene.living().stream().filter(fit).toList();
            if (!fitting.isEmpty()) {
                return Optional.of(fitting.get(scene.random().nextInt(fitting.size())));
            }
            if (System.nanoTime() > until) {
                return Optional.empty();
            }
            LockSupport.parkNanos(100_000_000L);
        }
    }

    private static void killOne(Scene scene) {
        instance(scene).ifPresent(pod -> scene.world().signal(pod, "KILL"));
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

    /** Kills the operator after such a write; one that is not there yet is waited for. */
    private static void afterA(OperatorWrite write, Scene scene, Runnable provoke) {
        long until = System.nanoTime() + VICTIM_WITHIN.toNanos();
        Optional<Pod> operator;
        do {
            operator = component(scene, "ReplicaSet").filter(PodTimes::isReady);
        } while (operator.isEmpty() && pausedBefore(until));
        operator.ifPresent(pod -> scene.failpoint().strike(scene, pod, write, provoke));
        killForGood(scene, operator);
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

    /** With SIGKILL; its pod goes too, or the kubelet would wait longer each time. */
    private static void killForGood(Scene scene, Optional<Pod> pod) {
        pod.ifPresent(
                p -> {
                    scene.world().signal(p, "KILL");
                    scene.cluster().client().resource(p).withGracePeriod(0).delete();
                });
    }

    private static void away(Scene scene, String part, Duration atMost) {
        scene.parts().kill(part);
        pause(scene, atMost);
        scene.parts().start(part);
    }

    /** The fault's own length, as random as its moment. */
    private static void pause(Scene scene, Duration atMost) {
        LockSupport.parkNanos((long) (scene.random().nextDouble() * atMost.toNanos()));
    }
}
