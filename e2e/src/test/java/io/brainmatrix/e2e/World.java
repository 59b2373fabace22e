package io.brainmatrix.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The node's own machine, which is this one: its processes, cgroups and files. */
final class World {
    /** The chart's default of {@code models.directories}. */
    static final Path MODELS = Path.of("/var/lib/brainmatrix/models");

    private static final Path PROC = Path.of("/proc");
    private static final Path MEMORY = Path.of("/sys/fs/cgroup/memory");
    private static final Path BURSTABLE = MEMORY.resolve("kubepods/burstable");

    /** What pods may still take when their limit is lowered. */
    private static final long LITTLE = 96L << 20;

    private static final Duration FILLED_WITHIN = Duration.ofSeconds(15);

    /** Kills a pod's own processes with SIGKILL; its sandbox's pause process stays. */
    void kill(Pod pod) {
        List<ProcessHandle> processes = processes(pod);
        if (processes.isEmpty()) {
            throw new AssertionError(
                    "no process of %s here: these tests run on the node's machine"
                            .formatted(pod.getMetadata().getName()));
        }
        processes.forEach(ProcessHandle::destroyForcibly);
    }

    /**
     * Sends a signal, such as STOP, to those of a pod's own processes that are still there.
     *
     * @return whether one was
     */
    boolean signal(Pod pod, String signal) {
        return signal(processes(pod), signal);
    }

    private static boolean signal(List<ProcessHandle> processes, String signal) {
        boolean sent = false;
        for (ProcessHandle process : processes) {
            try {
                run("kill", "-" + signal, Long.toString(process.pid()));
                sent = true;
            } catch (AssertionError e) {
                if (process.isAlive()) {
                    throw e;
                }
            }
        }
        return sent;
    }

    /**
     * Fills the pod's memory cgroup up to its limit until the kernel kills there: by a process of
     * the node, which the kernel spares as long as one of the pod's is there. The pod's own, its
     * guard with them, are stopped when three quarters are taken: else they end themselves first.
     *
     * @return whether the kernel killed the pod's for its own limit
     */
    boolean exhaustMemory(Pod pod) {
        List<ProcessHandle> victims = processes(pod);
        if (victims.isEmpty()) {
            return false;
        }
        KernelLog kernel = KernelLog.fromNow();
        Path cgroup = cgroup(pod);
        AtomicBoolean stopped = new AtomicBoolean();
        try {
            long stop = Long.parseLong(read(cgroup.resolve("memory.limit_in_bytes"))) / 4 * 3;
            fill(
                    cgroup,
                    () -> {
                        if (!stopped.get() && held(cgroup) >= stop) {
                            signal(victims, "STOP"); // not the filler, which is in their cgroup
                            stopped.set(true);
                        }
                        return victims.stream().noneMatch(ProcessHandle::isAlive);
                    });
        } catch (UncheckedIOException e) {
            // The pod has ended by itself, and its cgroup with it.
        } finally {
            signal(victims, "CONT"); // where it was not killed
        }
        return kernel.memoryCgroupsOfKills().stream()
                .anyMatch(of -> of.contains(Objects.requireNonNull(pod.getMetadata().getUid())));
    }

    /**
     * Lowers the limit of all burstable pods together to little more than they hold, and has a
     * process of no pod take that, until the kernel has killed this pod's: it is the biggest of
     * them, and must be far from its own limit. Not the limit of all pods: a kubelet that looks at
     * that meanwhile, each 10 s, evicts for it, and tells of pressure for five minutes.
     *
     * @return whether the kernel killed for that limit
     */
    boolean exhaustPodsTogether(Pod pod) {
        List<ProcessHandle> victims = processes(pod);
        KernelLog kernel = KernelLog.fromNow();
        Path limit = BURSTABLE.resolve("memory.limit_in_bytes");
        String before = read(limit);
        write(limit, Long.toString(value(BURSTABLE, "total_rss") + LITTLE));
        try {
            fill(BURSTABLE, () -> victims.stream().anyMatch(p -> !p.isAlive()));
        } finally {
            write(limit, before);
        }
        return kernel.memoryCgroupsOfKills().contains("/kubepods/burstable");
    }

    /**
     * Has a process of the node take memory in a cgroup, bit by bit, until it is enough, or for
     * {@link #FILLED_WITHIN}; it has ended then.
     */
    private static void fill(Path cgroup, BooleanSupplier enough) {
        Process filler = null;
        try {
            filler =
                    new ProcessBuilder(
                                    "bash",
                                    "-c",
                                    "echo $$ >\"$1\" && while :; do a[i++]=$(head -c 4194304 /dev/zero | tr '\\0' x); done",
                                    "filler",
                                    cgroup.resolve("cgroup.procs").toString())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            long until = System.nanoTime() + FILLED_WITHIN.toNanos();
            while (!enough.getAsBoolean() && System.nanoTime() < until) {
                LockSupport.parkNanos(5_000_000L);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (filler != null) {
                filler.destroyForcibly();
            }
        }
    }

    /** Bytes of a cgroup that cannot be reclaimed. */
    private static long held(Path cgroup) {
        return value(cgroup, "rss");
    }

    private static long value(Path cgroup, String key) {
        return read(cgroup.resolve("memory.stat"))
                .lines()
                .filter(line -> line.startsWith(key + " "))
                .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file under a pod's black box, for as long as a process of it is there. */
    static Optional<Path> blackBox(Pod pod) {
        return processes(pod).stream()
                .map(p -> PROC.resolve(p.pid() + "/root/dev/termination-log"))
                .filter(Files::exists)
                .findFirst();
    }

    /** What the kernel still keeps of a pod: its cgroup. */
    static boolean isGone(String podUid) {
        try (Stream<Path> groups = Files.walk(MEMORY, 4)) {
            return groups.map(g -> g.getFileName().toString())
                    .noneMatch(g -> g.contains(podUid) || g.contains(podUid.replace('-', '_')));
        } catch (IOException | UncheckedIOException e) {
            return false; // one went while it was walked: look again
        }
    }

    /** Writes so much into a pod's scratch directory, as its own process could. */
    void fillScratch(Pod pod, long mebibytes) {
        long pid = processes(pod).getFirst().pid();
        Path file = PROC.resolve(Long.toString(pid)).resolve("root/scratch/filled");
        try (var out = Files.newOutputStream(file)) {
            for (long i = 0; i < mebibytes; i++) {
                out.write(new byte[1 << 20]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command of the node. */
    static void run(String... command) {
        String _ = output(command);
    }

    /** Runs a command of the node; what it printed, errors included. */
    static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The memory limit of the pod's only container in bytes, as the kernel has it. */
    long limit(Pod pod) {
        Path cgroup = cgroup(pod);
        try {
            return Long.parseLong(
                    Files.readString(cgroup.resolve("memory.limit_in_bytes")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The cgroup of the pod's only container. */
    Path cgroup(Pod pod) {
        String id = pod.getStatus().getContainerStatuses().getFirst().getContainerID();
        return BURSTABLE
                .resolve("pod" + pod.getMetadata().getUid())
                .resolve(id.substring(id.indexOf("//") + 2));
    }

    /** Puts a file where {@code hostPath} models lie, by rename, so that nobody sees half of it. */
    void place(Path file, String name) {
        try {
            Files.createDirectories(MODELS);
            Path part = MODELS.resolve(name + ".part");
            Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(
                    part,
                    MODELS.resolve(name),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** MemAvailable in bytes, now. */
    static long available() {
        try (Stream<String> lines = Files.lines(PROC.resolve("meminfo"))) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void remove(String name) {
        try {
            Files.deleteIfExists(MODELS.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a model of that name is for the node. */
    static String hostPath(String name) {
        return MODELS.resolve(name).toString();
    }

    /** Anonymous memory of a pod's processes in bytes, now. */
    static long anonymous(Pod pod) {
        return processes(pod).stream()
                .flatMap(p -> read(Long.toString(p.pid()), "status").lines())
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }

    /** CPU time that a pod's processes have had so far. */
    static Duration cpu(Pod pod) {
        return processes(pod).stream()
                .flatMap(p -> p.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Its own processes; the pause process of its sandbox is none. */
    static List<ProcessHandle> processes(Pod pod) {
        String uid = Objects.requireNonNull(pod.getMetadata().getUid());
        // A cgroup driver that asks systemd writes the UID with underscores.
        String escaped = uid.replace('-', '_');
        try (Stream<Path> entries = Files.list(PROC)) {
            return entries.map(p -> p.getFileName().toString())
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .filter(pid -> belongs(pid, uid, escaped))
                    .filter(pid -> !read(pid, "comm").strip().equals("pause"))
                    .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean belongs(String pid, String uid, String escaped) {
        String cgroup = read(pid, "cgroup");
        return cgroup.contains(uid) || cgroup.contains(escaped);
    }

    private static String read(String pid, String file) {
        try {
            return Files.readString(PROC.resolve(pid).resolve(file));
        } catch (IOException e) {
            return ""; // it has ended in between
        }
    }
}
