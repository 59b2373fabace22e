package io.brainmatrix.memory;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/** Folders that stand for machines: each has what its kernel shows below /proc, /sys, cgroups. */
final class Nodes {
    private Nodes() {}

    static Path proc(String node) {
        return root(node).resolve("proc");
    }

    static Path cgroups(String node) {
        return root(node).resolve("cgroup");
    }

    static Path sys(String node) {
        return root(node).resolve("sys");
    }

    static Path etc(String node) {
        return root(node).resolve("etc");
    }

    static Path debug(String node) {
        return root(node).resolve("sys/kernel/debug");
    }

    private static Path root(String node) {
        URL url = Objects.requireNonNull(Nodes.class.getResource("/nodes/" + node), node);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
