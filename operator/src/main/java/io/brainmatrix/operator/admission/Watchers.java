package io.brainmatrix.operator.admission;

import io.brainmatrix.api.v1alpha1.Instance;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Who watches whom in one matrix, and what follows for the queue. Total: an unknown name is ignored
 * and a cycle is walked once, though the API refuses both.
 */
public final class Watchers {
    private final Map<String, Instance> byName;

    /** The watches of one matrix's instances. */
    public Watchers(List<Instance> instances) {
        byName =
                instances.stream()
                        .collect(
                                Collectors.toMap(Instance::name, Function.identity(), (a, b) -> a));
    }

    /** Names of the instances that this one watches itself; those that do not exist left out. */
    public List<String> watchedBy(String name) {
        Instance instance = byName.get(name);
        return instance == null || instance.watches() == null
                ? List.of()
                : instance.watches().stream().filter(byName::containsKey).toList();
    }

    /**
     * The highest priority of the instance and of all that watch it, directly or through others.
     */
    public int effectivePriority(String name) {
        return byName.keySet().stream()
                .filter(other -> other.equals(name) || reaches(other, name, new HashSet<>()))
                .mapToInt(this::priority)
                .max()
                .orElse(0);
    }

    /** 0 for one that watches nobody, else one more than the deepest that it watches. */
    public int depth(String name) {
        return depth(name, new HashMap<>(), new HashSet<>());
    }

    private int priority(String name) {
        Instance instance = byName.get(name);
        return instance == null || instance.priority() == null ? 0 : instance.priority();
    }

    private boolean reaches(String from, String to, Set<String> seen) {
        for (String next : watchedBy(from)) {
            if (next.equals(to) || (seen.add(next) && reaches(next, to, seen))) {
                return true;
            }
        }
        return false;
    }

    private int depth(String name, Map<String, Integer> known, Set<String> open) {
        Integer depth = known.get(name);
        if (depth != null || !open.add(name)) {
            return depth == null ? 0 : depth;
        }
        int deepest = 0;
        for (String watched : watchedBy(name)) {
            deepest = Math.max(deepest, 1 + depth(watched, known, open));
        }
        open.remove(name);
        known.put(name, deepest);
        return deepest;
    }
}
