package io.brainmatrix.e2e;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.brainmatrix.quickstart.Chart;
import io.brainmatrix.quickstart.Hog;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    /**
     * Right after it wrote a status: before the finalizer, the lane or the pod that goes with it.
     */
    OPERATOR_KILLED_BETWEEN_TWO_WRITES {
        @Override
        void strike(Scene scene) {
            Optional<Pod> operator = component(scene, "ReplicaSet");
            CountDownLatch written = new CountDownLatch(1);
            try (Watch _ =
                    scene.cluster()
                            .client()
                            .resources(BrainMatrix.class)
                            .inNamespace(scene.namespace())
                            .watch(onChange(written))) {
                instance(scene).ifPresent(pod -> scene.world().signal(pod, "KILL"));
                boolean _ = written.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            killForGood(scene, operator);
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
            instance(scene).ifPresent(pod -> scene.world().signal(pod, "KILL"));
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

    private static Watcher<BrainMatrix> onChange(CountDownLatch written) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, BrainMatrix matrix) {
                if (action == Action.MODIFIED) {
                    written.countDown();
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                written.countDown();
            }
        };
    }
}
