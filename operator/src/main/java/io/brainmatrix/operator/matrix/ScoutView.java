package io.brainmatrix.operator.matrix;

/**
 * A scout as the policies see it.
 *
 * @param instance that it looks for
 * @param life that found no file, or a wrong one
 * @param node where it looks
 * @param deleting whether somebody asked for its end
 * @param found whether it has ended because the file is there, or is another
 */
public record ScoutView(
        String pod,
        String uid,
        String instance,
        long life,
        String node,
        boolean deleting,
        boolean found) {}
