package io.brainmatrix.agent;

import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.MemoryPressure;
import io.brainmatrix.api.v1alpha1.NodeMemoryStatus;
import io.brainmatrix.api.v1alpha1.PodMemory;
import io.brainmatrix.api.v1alpha1.SwapUse;
import io.brainmatrix.memory.MemInfo;
import io.brainmatrix.memory.Pressure;
import io.brainmatrix.memory.SwapCounters;
import io.brainmatrix.memory.SwapDevices;
import io.brainmatrix.memory.settling.Sample;
import io.brainmatrix.memory.settling.SettleRule;
import io.brainmatrix.memory.settling.SettledPolicy;
import io.brainmatrix.memory.settling.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads the node's memory and keeps the samples of the last windows; safe for several threads. */
final class Sampler {
    /** The default of the API, in force until the operator asks for another. */
    static final SettleRule DEFAULT_RULE =
            new SettleRule(java.time.Duration.ofSeconds(1), 16L << 20);

    private static final long PAGE = 4096;

    /** Pages come in bursts: swapping has ended when none moved for as long. */
    private static final long SWAP_CALM_NANOS = 1_000_000_000L;

    private final Path proc;
    private final Sensors sensors;
    private final String bootId;
    private final OomWatch kills;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private @Nullable Instant settledSince;
    private @Nullable SwapCounters swapBefore;
    private long swapBeforeNanos;
    private long swapActiveNanos;
    private @Nullable Long swapInPerSecond;
    private @Nullable Long swapOutPerSecond;
    private Verdict verdict = new Verdict(OptionalLong.empty(), false);
    private @Nullable MemInfo latest;

    Sampler(Path proc, Path sys) throws IOException {
        this.proc = proc;
        this.kills = new OomWatch(proc);
        this.sensors = Sensors.find(proc, sys);
        this.bootId = Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
    }

    /** Takes one sample and judges the window that it ends. */
    synchronized void sample(long nanos, Instant now, SettleRule rule) throws IOException {
        MemInfo info = MemInfo.read(proc);
        latest = info;
        samples.addLast(new Sample(nanos, info.available()));
        long start = nanos - rule.window().toNanos();
        // The last one before the window stays: it covers the window's start.
        while (samples.size() > 1 && second().atNanos() <= start) {
            samples.removeFirst();
        }
        verdict = SettledPolicy.judge(new ArrayList<>(samples), rule);
        if (!verdict.settled()) {
            settledSince = null;
        } else if (settledSince == null) {
            settledSince = now;
        }
        swap(nanos);
    }

    private Sample second() {
        var all = samples.iterator();
        all.next();
        return all.next();
    }

    /** The rates stay absent until two readings tell them. */
    private void swap(long nanos) {
        SwapCounters before = swapBefore;
        // Without any swap nothing can move, and the file is the longest of all.
        boolean none = latest != null && latest.swapTotal().orElse(-1) == 0;
        SwapCounters after = none ? null : SwapCounters.read(proc).orElse(null);
        if (after == null) {
            swapInPerSecond = null;
            swapOutPerSecond = null;
        } else if (before != null && nanos > swapBeforeNanos) {
            long in = after.pagesIn() - before.pagesIn();
            long out = after.pagesOut() - before.pagesOut();
            boolean active = in > 0 || out > 0;
            if (active || swapInPerSecond == null || nanos - swapActiveNanos >= SWAP_CALM_NANOS) {
                double seconds = (nanos - swapBeforeNanos) / 1e9;
                swapInPerSecond = Math.round(in * PAGE / seconds);
                swapOutPerSecond = Math.round(out * PAGE / seconds);
            }
            swapActiveNanos = active ? nanos : swapActiveNanos;
        }
        swapBefore = after;
        swapBeforeNanos = nanos;
    }

    /** Looks whether the kernel has killed something for memory since the last look. */
    void lookForKills(Instant now) {
        kills.look(now);
    }

    /** The latest sample and what the pods said, as one snapshot. */
    synchronized NodeMemoryStatus snapshot(
            Instant now, long reserve, SettleRule rule, List<PodMemory> pods) {
        MemInfo info = latest;
        if (info == null) {
            throw new IllegalStateException("no sample yet");
        }
        return new NodeMemoryStatus(
                now,
                bootId,
                info.total(),
                info.available(),
                reserve,
                verdict.slopePerSecond().isPresent() ? verdict.slopePerSecond().getAsLong() : null,
                Durations.text(rule.window()),
                settledSince,
                Pressure.read(proc)
                        .map(
                                p ->
                                        new MemoryPressure(
                                                Math.round(p.someAvg10() * 100),
                                                Math.round(p.fullAvg10() * 100)))
                        .orElse(null),
                SwapDevices.read(proc)
                        .map(
                                s ->
                                        new SwapUse(
                                                s.diskUsed(),
                                                s.zramUsed(),
                                                swapInPerSecond,
                                                swapOutPerSecond))
                        .orElse(null),
                sensors.unified(),
                sensors.gpu(info),
                sensors.temperature(),
                kills.kills(),
                pods);
    }

    /** Whether the latest window is settled. */
    synchronized boolean settled() {
        return verdict.settled();
    }

    /** Change of available memory in bytes per second; empty until a window can be judged. */
    synchronized OptionalLong slopePerSecond() {
        return verdict.slopePerSecond();
    }

    /** MemTotal in bytes; empty before the first sample. */
    synchronized OptionalLong capacity() {
        return latest == null ? OptionalLong.empty() : OptionalLong.of(latest.total());
    }

    /** MemAvailable in bytes; empty before the first sample. */
    synchronized OptionalLong available() {
        return latest == null ? OptionalLong.empty() : OptionalLong.of(latest.available());
    }
}
