package io.brainmatrix.embedded.kubelet;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What pods are started with here.
 *
 * @param directory where each pod gets one of its own
 * @param image of the inference pod
 * @param unguarded the same, with the guard off
 * @param isUnguarded which life of which pod is to be without its guard, by the pod's name
 * @param paths of this machine by the image's
 * @param network first three numbers of the loopback addresses that pods get, with a dot at the end
 * @param port that pods listen on
 * @param limits absent: pods are not limited
 * @param environment of every process
 */
public record Machine(
        Path directory,
        ProgramImage image,
        ProgramImage unguarded,
        Predicate<String> isUnguarded,
        Map<String, String> paths,
        String network,
        int port,
        Optional<Limits> limits,
        Map<String, String> environment) {
    public Machine {
        paths = Map.copyOf(paths);
        environment = Map.copyOf(environment);
    }

    /** The node's own address. */
    public String hostAddress() {
        return network + "1";
    }

    /** The command of a pod's process. */
    List<String> command(String pod, Path scratch) {
        Map<String, String> all = new java.util.HashMap<>(paths);
        all.put("/scratch", scratch.toString());
        return (isUnguarded.test(pod) ? unguarded : image).command(all);
    }
}
