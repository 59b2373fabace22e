package io.brainmatrix.operator.matrix;

import io.brainmatrix.operator.recovery.PodEnd;
import java.util.Optional;

/**
 * A pod of the matrix.
 *
 * @param specHash hash of the desired pod that it was made from
 * @param nodeAnswers whether its node is there and Ready
 * @param ready whether it is Ready now
 * @param everReady whether this life was Ready at any time
 * @param deleting whether somebody asked for its deletion
 * @param stopping why the operator asked for it, if it did
 * @param end how it ended; empty while it may still run
 */
public record PodView(
        String name,
        String uid,
        String instance,
        long life,
        String specHash,
        Optional<String> node,
        boolean nodeAnswers,
        boolean ready,
        boolean everReady,
        boolean deleting,
        Optional<String> stopping,
        Optional<PodEnd> end) {}
