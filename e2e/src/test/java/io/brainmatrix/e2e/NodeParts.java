package io.brainmatrix.e2e;

import java.util.Objects;

/**
 * The node's own components, each of which can be stopped and started: kubelet, containerd,
 * kube-apiserver. The command that does so is named by {@value #COMMAND}; it takes a verb and a
 * part.
 */
final class NodeParts {
    static final String COMMAND = "BRAINMATRIX_NODE_PARTS";

    private final String command;

    NodeParts() {
        command =
                Objects.requireNonNull(
                        System.getenv(COMMAND), COMMAND + " names no command for the node's parts");
    }

    /** Ends it with SIGKILL. */
    void kill(String part) {
        World.run(command, "kill", part);
    }

    void start(String part) {
        World.run(command, "start", part);
    }

    /** What the container runtime keeps of a container, as JSON. */
    String container(String id) {
        return World.output(command, "ctr", "containers", "info", id);
    }
}
