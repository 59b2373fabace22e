package io.brainmatrix.operator.recovery;

import io.brainmatrix.api.v1alpha1.Bytes;
import io.brainmatrix.api.v1alpha1.Crash;
import io.brainmatrix.api.v1alpha1.Crashes;
import io.brainmatrix.api.v1alpha1.Durations;
import io.brainmatrix.api.v1alpha1.EndClass;
import io.brainmatrix.api.v1alpha1.Reason;
import io.brainmatrix.api.v1alpha1.Recovery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an end changes: the counters, and when the instance may queue again. Each end is counted
 * once, by its pod's UID (R6).
 */
public final class RecoveryPolicy {
    /**
     * Delay after the first fault; the tenth of a minute leaves time to read the message and is no
     * loop.
     */
    static final Duration FIRST_FAULT_DELAY = Duration.ofSeconds(10);

    /** Longest delay between two tries of something faulty, as the kubelet's own back-off. */
    static final Duration LONGEST_FAULT_DELAY = Duration.ofMinutes(5);

    /**
     * Delay after an end that was not the instance's doing; it uses no try, so this wait is what
     * bounds the loop (R8).
     */
    static final Duration WORLD_DELAY = Duration.ofSeconds(10);

    /** A container's end is told in whole seconds, rounded down. */
    static final Duration ROUNDING = Duration.ofSeconds(1);

    /**
     * How long before the operator learned of an end its wait may begin: a kubelet tells within two
     * seconds (1.4 to 1.9 s were measured). It is also the most by which a node's clock that is off
     * can shorten a wait.
     */
    static final Duration TOLD_WITHIN = Duration.ofSeconds(2);

    private static final List<Duration> DEFAULT_BACKOFF =
            List.of(Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(10));
    private static final Duration DEFAULT_RESET = Duration.ofMinutes(10);
    private static final int MESSAGE_MAX_CHARS = 512;

    private RecoveryPolicy() {}

    /** What the status remembers of earlier ends. */
    public record Tally(Crashes crashes, int retries) {}

    /**
     * What follows from an end.
     *
     * @param nextAttempt when it may queue again; empty for at once, and for one that has used up
     *     its tries
     * @param reason why it waits; empty when it does not
     */
    public record Aftermath(
            Tally tally, Optional<Instant> nextAttempt, Optional<Reason> reason, String message) {}

    /**
     * Counts an end, once, and says what follows.
     *
     * @param learned when the operator learned of it, on its own clock; the wait begins at {@link
     *     #waitBegins}
     */
    public static Aftermath afterEnd(
            Tally before,
            PodEnd end,
            EndClass endClass,
            @Nullable Recovery recovery,
            Instant learned) {
        Instant from = waitBegins(end.endedAt(), learned);
        String told = describe(end, endClass);
        boolean counted = before.crashes().has(end.podUid());
        if (endClass == EndClass.Stopped) {
            return new Aftermath(before, Optional.empty(), Optional.empty(), told);
        }
        if (Ends.usesTry(endClass)) {
            return death(
                    counted ? before : counted(before, end, endClass, recovery, told),
                    told,
                    recovery,
                    from);
        }
        Crashes crashes = counted ? before.crashes() : noted(before.crashes(), end, endClass, told);
        if (Ends.isFault(endClass)) {
            return fault(before, counted, crashes, end, endClass, told, from);
        }
        return new Aftermath(
                new Tally(crashes, before.retries()),
                Optional.of(from.plus(WORLD_DELAY)),
                Optional.of(Reason.BackingOff),
                "%s; queued again after %s".formatted(told, Durations.text(WORLD_DELAY)));
    }

    /**
     * When the wait after an end begins: when the container ended by its node's clock, rounded up,
     * and never before it if that clock is right. A clock may be a day off, so the operator's own
     * has the last word: not after it learned of the end, and not longer before than a kubelet
     * takes to tell. One whose end nobody timed waits from when it was learned of.
     *
     * @param endedAt by the node's clock, rounded down to a second
     */
    static Instant waitBegins(Instant endedAt, Instant learned) {
        Instant ended = endedAt.plus(ROUNDING);
        Instant earliest = learned.minus(TOLD_WITHIN);
        if (ended.isAfter(learned)) {
            return learned;
        }
        return ended.isBefore(earliest) ? earliest : ended;
    }

    private static Tally counted(
            Tally before, PodEnd end, EndClass endClass, @Nullable Recovery recovery, String told) {
        Crashes crashes = before.crashes();
        boolean stable =
                end.startedAt()
                        .filter(
                                started ->
                                        !end.endedAt().isBefore(started.plus(resetAfter(recovery))))
                        .isPresent();
        int consecutive = stable || crashes.consecutive() == null ? 0 : crashes.consecutive();
        Crashes noted = noted(crashes, end, endClass, told);
        return new Tally(
                new Crashes(
                        1 + (crashes.total() == null ? 0 : crashes.total()),
                        1 + consecutive,
                        crashes.shed(),
                        noted.byClass(),
                        noted.recent()),
                0);
    }

    private static Aftermath death(
            Tally record, String told, @Nullable Recovery recovery, Instant from) {
        List<Duration> backoff = backoff(recovery);
        int consecutive =
                record.crashes().consecutive() == null ? 1 : record.crashes().consecutive();
        if (consecutive > backoff.size()) {
            return new Aftermath(
                    record,
                    Optional.empty(),
                    Optional.of(Reason.TooManyDeaths),
                    "%s; death %d in a row, `spec.recovery.backoff` allows %d: change its spec or set its `restartedAt`"
                            .formatted(told, consecutive, backoff.size()));
        }
        Duration wait = backoff.get(Math.max(0, consecutive - 1));
        return new Aftermath(
                record,
                Optional.of(from.plus(wait)),
                Optional.of(Reason.BackingOff),
                "%s; death %d in a row, queued again after %s"
                        .formatted(told, consecutive, Durations.text(wait)));
    }

    private static Aftermath fault(
            Tally before,
            boolean counted,
            Crashes crashes,
            PodEnd end,
            EndClass endClass,
            String told,
            Instant from) {
        int retries = counted ? Math.max(1, before.retries()) : before.retries() + 1;
        Duration wait = faultDelay(retries);
        return new Aftermath(
                new Tally(crashes, retries),
                Optional.of(from.plus(wait)),
                Optional.of(faultReason(end, endClass)),
                "%s; looked at again in %s, or at once when the spec changes"
                        .formatted(told, Durations.text(wait)));
    }

    /** Delay before something faulty is looked at again: 10 s, doubled each time, at most 5 min. */
    public static Duration faultDelay(int retries) {
        int doublings = Math.min(Math.max(retries - 1, 0), 10);
        Duration delay = FIRST_FAULT_DELAY.multipliedBy(1L << doublings);
        return delay.compareTo(LONGEST_FAULT_DELAY) > 0 ? LONGEST_FAULT_DELAY : delay;
    }

    private static Reason faultReason(PodEnd end, EndClass endClass) {
        return switch (endClass) {
            case ImageUnavailable -> Reason.ImageUnavailable;
            case MountFailed -> Reason.MountFailed;
            case Unschedulable -> Reason.Unschedulable;
            default -> faultReason(end.exitCode().orElse(0));
        };
    }

    private static Reason faultReason(int exitCode) {
        return switch (exitCode) { // contracts/README.md
            case 10 -> Reason.ConfigurationInvalid;
            case 11 -> Reason.ModelMissing;
            case 12 -> Reason.DigestMismatch;
            case 13 -> Reason.ModelInvalid;
            case 14 -> Reason.FootprintOverBudget;
            case 15 -> Reason.GpuUnavailable;
            case 20 -> Reason.LimitNotApplied;
            default -> Reason.PodRefused;
        };
    }

    private static Crashes noted(Crashes crashes, PodEnd end, EndClass endClass, String told) {
        List<Crash> recent = new ArrayList<>();
        recent.add(
                new Crash(
                        end.podUid(),
                        end.life(),
                        endClass,
                        end.exitCode().isPresent() ? end.exitCode().getAsInt() : null,
                        end.endedAt(),
                        end.lastWords().phase().orElse(null),
                        end.lastWords().peak().isPresent()
                                ? end.lastWords().peak().getAsLong()
                                : null,
                        end.budget(),
                        remembered(end, told)));
        recent.addAll(crashes.recent());
        long shed = crashes.shed() == null ? 0 : crashes.shed();
        return new Crashes(
                crashes.total(),
                crashes.consecutive(),
                endClass == EndClass.ShedForNode ? shed + 1 : shed,
                Ends.isTold(endClass) ? oneMore(crashes.byClass(), endClass) : crashes.byClass(),
                recent.subList(0, Math.min(recent.size(), Crashes.RECENT_MAX)));
    }

    private static Map<String, Long> oneMore(Map<String, Long> counts, EndClass endClass) {
        Map<String, Long> more = new HashMap<>(counts);
        more.merge(endClass.name(), 1L, Long::sum);
        return more;
    }

    private static String describe(PodEnd end, EndClass endClass) {
        StringBuilder text = new StringBuilder(endClass.name());
        end.exitCode().ifPresent(code -> text.append(", exit code ").append(code));
        end.lastWords().phase().ifPresent(phase -> text.append(", in phase ").append(phase));
        end.lastWords()
                .peak()
                .ifPresent(
                        peak ->
                                text.append(", peak ")
                                        .append(Bytes.text(peak))
                                        .append(" of ")
                                        .append(Bytes.text(end.budget())));
        end.lastWords().message().ifPresent(message -> text.append(": ").append(message));
        return bounded(text);
    }

    /** One that crashed or was killed could not say why: then what its engine did last. */
    private static String remembered(PodEnd end, String told) {
        if (end.lastWords().message().isPresent() || end.lastWords().engine().isEmpty()) {
            return told;
        }
        return bounded(
                new StringBuilder(told)
                        .append(": the engine's last line: ")
                        .append(end.lastWords().engine().get()));
    }

    private static String bounded(StringBuilder text) {
        return text.length() <= MESSAGE_MAX_CHARS
                ? text.toString()
                : text.substring(0, MESSAGE_MAX_CHARS - 1) + "…";
    }

    /** The waits in force, one per try; never empty. */
    public static List<Duration> backoff(@Nullable Recovery recovery) {
        return recovery == null || recovery.backoff() == null || recovery.backoff().isEmpty()
                ? DEFAULT_BACKOFF
                : recovery.backoff().stream().map(Durations::parse).toList();
    }

    private static Duration resetAfter(@Nullable Recovery recovery) {
        return recovery == null || recovery.resetAfter() == null
                ? DEFAULT_RESET
                : Durations.parse(recovery.resetAfter());
    }
}
