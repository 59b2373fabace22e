package io.brainmatrix.quickstart;

import java.nio.file.Path;

/** What the quickstart works on. */
sealed interface Target {
    /** A cluster that is there already. */
    record Existing(Path kubeconfig) implements Target {}

    /** A K3s in a container of this machine's Docker engine, started for this run. */
    record Container(String image) implements Target {}

    /** This machine itself: a node in this process. */
    record Embedded() implements Target {}

    /** Nothing that could be worked on. */
    record Nowhere(String whatToDo) implements Target {}

    /** The image of K3s that the quickstart is tried with. */
    String K3S_IMAGE = "rancher/k3s:v1.34.4-k3s1";

    /**
     * Chooses: a cluster that somebody named goes before one of our own, and one in Docker before a
     * node without any.
     *
     * @param embedded whether somebody asked for a node without a cluster
     * @param kubeconfig value of {@code KUBECONFIG}, empty when unset
     * @param kubeconfigReadable whether there is such a file
     * @param dockerAnswers whether a Docker engine answers here
     */
    static Target choose(
            boolean embedded,
            String kubeconfig,
            boolean kubeconfigReadable,
            boolean dockerAnswers) {
        if (embedded) {
            return new Embedded();
        }
        if (!kubeconfig.isEmpty()) {
            return kubeconfigReadable
                    ? new Existing(Path.of(kubeconfig))
                    : new Nowhere(
                            "KUBECONFIG names `%s`, which cannot be read".formatted(kubeconfig));
        }
        if (dockerAnswers) {
            return new Container(K3S_IMAGE);
        }
        return new Embedded();
    }
}
