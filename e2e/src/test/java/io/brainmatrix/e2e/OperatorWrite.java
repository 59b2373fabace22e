package io.brainmatrix.e2e;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.InstanceStatus;
import io.brainmatrix.e2e.ChaosFault.Scene;
import io.brainmatrix.quickstart.Chart;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The operator's writes after which another must follow: what shows that one was made, and whether
 * the next was too.
 */
enum OperatorWrite {
    /** Then the pod is made. */
    LANE_TAKEN(Lease.class) {
        @Override
        boolean shows(@Nullable HasMetadata before, HasMetadata now) {
            return !holder(now).isEmpty() && !holder(now).equals(holder(before));
        }

        @Override
        boolean isLast(Scene scene, HasMetadata written) {
            // <namespace>/<pod>#<matrix uid>
            String holder = holder(written);
            int slash = holder.indexOf('/');
            return pod(
                            scene,
                            holder.substring(0, slash),
                            holder.substring(slash + 1, holder.indexOf('#')))
                    == null;
        }
    },
    /** Then the matrix's status names it. */
    POD_MADE(Pod.class) {
        @Override
        boolean shows(@Nullable HasMetadata before, HasMetadata now) {
            return before == null;
        }

        @Override
        boolean isLast(Scene scene, HasMetadata written) {
            return scene
                    .cluster()
                    .client()
                    .resources(BrainMatrix.class)
                    .inNamespace(scene.namespace())
                    .list()
                    .getItems()
                    .stream()
                    .flatMap(m -> instances(m).stream())
                    .noneMatch(i -> written.getMetadata().getName().equals(i.pod()));
        }
    },
    /** Then the finalizer of the pod that died goes. */
    DEATH_COUNTED(BrainMatrix.class) {
        @Override
        boolean shows(@Nullable HasMetadata before, HasMetadata now) {
            return before instanceof BrainMatrix old
                    && now instanceof BrainMatrix matrix
                    && deaths(matrix) > deaths(old);
        }

        @Override
        boolean isLast(Scene scene, HasMetadata written) {
            return written instanceof BrainMatrix matrix
                    && instances(matrix).stream()
                            .map(InstanceStatus::crashes)
                            .filter(Objects::nonNull)
                            .flatMap(c -> c.recent().stream())
                            .anyMatch(
                                    c -> {
                                        Pod dead = podByUid(scene, c.podUid());
                                        return dead != null && isMarked(dead);
                                    });
        }
    },
    /** Then the pod is deleted, if nobody has done so before. */
    FINALIZER_REMOVED(Pod.class) {
        @Override
        boolean shows(@Nullable HasMetadata before, HasMetadata now) {
            return before != null && isMarked(before) && !isMarked(now);
        }

        @Override
        boolean isLast(Scene scene, HasMetadata written) {
            Pod dead = podByUid(scene, written.getMetadata().getUid());
            return dead != null && dead.getMetadata().getDeletionTimestamp() == null;
        }
    },
    /** Then the pod is deleted. */
    STOP_ANNOUNCED(Pod.class) {
        @Override
        boolean shows(@Nullable HasMetadata before, HasMetadata now) {
            return ChaosWitness.isStopping(now)
                    && (before == null || !ChaosWitness.isStopping(before));
        }

        @Override
        boolean isLast(Scene scene, HasMetadata written) {
            Pod stopped = podByUid(scene, written.getMetadata().getUid());
            return stopped != null && stopped.getMetadata().getDeletionTimestamp() == null;
        }
    },
    /** Then the next one that waits takes it. */
    LANE_GIVEN_BACK(Lease.class) {
        @Override
        boolean shows(@Nullable HasMetadata before, HasMetadata now) {
            return !holder(before).isEmpty() && holder(now).isEmpty();
        }

        @Override
        boolean isLast(Scene scene, HasMetadata written) {
            return holder(
                            scene.cluster()
                                    .client()
                                    .leases()
                                    .inNamespace(Chart.NAMESPACE)
                                    .withName(written.getMetadata().getName())
                                    .get())
                    .isEmpty();
        }
    };

    private static final String FINALIZER = "brainmatrix.io/record-end";

    private final Class<? extends HasMetadata> kind;

    OperatorWrite(Class<? extends HasMetadata> kind) {
        this.kind = kind;
    }

    /** What is written. */
    Class<? extends HasMetadata> kind() {
        return kind;
    }

    /** Where that is, in a run of chaos. */
    String namespace(Scene scene) {
        return kind == Lease.class ? Chart.NAMESPACE : scene.namespace();
    }

    /** Whether an object that was so and is so now has been written like this in between. */
    abstract boolean shows(@Nullable HasMetadata before, HasMetadata now);

    /** Whether what follows has not happened yet, as the API server has it now. */
    abstract boolean isLast(Scene scene, HasMetadata written);

    private static String holder(@Nullable HasMetadata lane) {
        return lane instanceof Lease lease
                        && lease.getSpec() != null
                        && lease.getMetadata().getName().startsWith("brainmatrix-lane-")
                ? Objects.requireNonNullElse(lease.getSpec().getHolderIdentity(), "")
                : "";
    }

    private static List<InstanceStatus> instances(BrainMatrix matrix) {
        return matrix.getStatus() == null ? List.of() : matrix.getStatus().instances();
    }

    private static long deaths(BrainMatrix matrix) {
        return instances(matrix).stream()
                .map(InstanceStatus::crashes)
                .filter(Objects::nonNull)
                .mapToLong(c -> Objects.requireNonNullElse(c.total(), 0L))
                .sum();
    }

    private static boolean isMarked(HasMetadata pod) {
        return pod.getMetadata().getFinalizers().contains(FINALIZER);
    }

    private static @Nullable Pod pod(Scene scene, String namespace, String name) {
        return scene.cluster().client().pods().inNamespace(namespace).withName(name).get();
    }

    private static @Nullable Pod podByUid(Scene scene, String uid) {
        return scene
                .cluster()
                .client()
                .pods()
                .inNamespace(scene.namespace())
                .list()
                .getItems()
                .stream()
                .filter(p -> uid.equals(p.getMetadata().getUid()))
                .findFirst()
                .orElse(null);
    }
}
