package io.brainmatrix.pod.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.brainmatrix.pod.memory.Rung;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class DeskTest {
    private static final Engine.Request REQUEST =
            Engine.Request.of("the", 8, Engine.Sampling.greedy());
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private final AtomicReference<Rung> rung = new AtomicReference<>(Rung.Free);
    private final AtomicLong nanos = new AtomicLong(1);
    private final Held engine = new Held();

    /** Answers with one piece, and then nothing until it is let go. */
    private static class Held extends FakeEngine {
        final CountDownLatch release = new CountDownLatch(1);
        final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        @Override
        public Outcome generate(Request request, Predicate<String> sink) {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            var _ = sink.test("piece");
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            inside.decrementAndGet();
            return new Outcome(1, Ending.Stop);
        }
    }

    private Desk desk(int slots, Duration patience) {
        return new Desk(engine, slots, patience, rung::get, nanos::get);
    }

    private static CompletableFuture<Integer> ask(Desk desk, int promptTokens) {
        return ask(desk, promptTokens, () -> false);
    }

    private static CompletableFuture<Integer> ask(
            Desk desk, int promptTokens, BooleanSupplier abandoned) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return desk.generate(REQUEST, promptTokens, abandoned, piece -> true)
                                .tokens();
                    } catch (Desk.Busy | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                Executors.newVirtualThreadPerTaskExecutor());
    }

    @Test
    void asManyRunAsThereAreSlots() {
        Desk desk = desk(2, Duration.ofMinutes(1));
        List<CompletableFuture<Integer>> all = List.of(ask(desk, 1), ask(desk, 1), ask(desk, 1));
        await().until(() -> desk.running() == 2 && desk.waiting() == 1);

        engine.release.countDown();

        assertThat(all).allSatisfy(one -> assertThat(one.join()).isEqualTo(1));
        assertThat(engine.most).hasValue(2);
        assertThat(desk.running()).isZero();
    }

    @Test
    void whileMemoryIsPressedOneRunsAtATime() {
        rung.set(Rung.Queue);
        Desk desk = desk(2, Duration.ofMinutes(1));
        List<CompletableFuture<Integer>> all = List.of(ask(desk, 1), ask(desk, 1), ask(desk, 1));
        await().until(() -> desk.running() == 1);

        engine.release.countDown();

        assertThat(all).allSatisfy(one -> assertThat(one.join()).isEqualTo(1));
        assertThat(engine.most).hasValue(1);
    }

    @Test
    void whoWaitsTooLongIsTurnedAway() throws Exception {
        Desk desk = desk(1, Duration.ofMillis(20));
        CompletableFuture<Integer> first = ask(desk, 1);
        await().until(() -> desk.running() == 1);

        assertThatExceptionOfType(Desk.Busy.class)
                .isThrownBy(() -> desk.generate(REQUEST, 1, () -> false, piece -> true));

        engine.release.countDown();
        assertThat(first.get()).isEqualTo(1);
        assertThat(desk.generate(REQUEST, 1, () -> false, piece -> true).tokens()).isEqualTo(1);
    }

    @Test
    void whoIsNotWantedAnyMoreWhileItWaitsLeavesTheQueue() {
        AtomicBoolean abandoned = new AtomicBoolean();
        Desk desk = desk(1, Duration.ofMinutes(1));
        CompletableFuture<Integer> first = ask(desk, 1);
        await().until(() -> desk.running() == 1);
        CompletableFuture<Integer> second = ask(desk, 1, abandoned::get);
        await().until(() -> desk.waiting() == 1);

        abandoned.set(true);

        await().atMost(Duration.ofSeconds(1)).until(() -> desk.waiting() == 0);
        assertThat(second.join()).isZero();
        engine.release.countDown();
        assertThat(first.join()).isEqualTo(1);
        assertThat(engine.most).hasValue(1);
    }

    @Test
    void whoComesWhenTheQueueIsFullIsTurnedAwayAtOnce() {
        Desk desk = desk(1, Duration.ofMinutes(1));
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        all.add(ask(desk, 1));
        await().until(() -> desk.running() == 1);
        for (int i = 0; i < Desk.QUEUE_MAX; i++) {
            all.add(ask(desk, 1));
        }
        await().until(() -> desk.waiting() == Desk.QUEUE_MAX);

        assertThatExceptionOfType(Desk.Busy.class)
                .isThrownBy(() -> desk.generate(REQUEST, 1, () -> false, piece -> true));

        engine.release.countDown();
        assertThat(all).allSatisfy(one -> assertThat(one.join()).isEqualTo(1));
        assertThat(engine.most).hasValue(1);
    }

    @Test
    void anEngineThatHasWorkAndIsSilentTooLongIsHung() {
        Desk desk = desk(1, Duration.ofMinutes(1));
        assertThat(desk.hung(SILENCE)).as("nothing to do").isFalse();
        CompletableFuture<Integer> one = ask(desk, 100);
        await().until(() -> desk.running() == 1 && engine.inside.get() == 1);

        nanos.addAndGet(SILENCE.toNanos() + Duration.ofSeconds(49).toNanos());
        assertThat(desk.hung(SILENCE)).as("100 tokens may take 50 s").isFalse();
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(desk.hung(SILENCE)).isTrue();

        engine.release.countDown();
        one.join();
        assertThat(desk.hung(SILENCE)).isFalse();
    }

    @Test
    void onceClosedItLetsNobodyInAndThoseWhoRunMayEnd() {
        Desk desk = desk(1, Duration.ofMinutes(1));
        CompletableFuture<Integer> first = ask(desk, 1);
        await().until(() -> desk.running() == 1);
        CompletableFuture<Integer> second = ask(desk, 1);
        await().until(() -> desk.waiting() == 1);

        desk.close();

        assertThat(second)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withRootCauseInstanceOf(Desk.Closed.class);
        assertThatExceptionOfType(Desk.Closed.class)
                .isThrownBy(() -> desk.generate(REQUEST, 1, () -> false, piece -> true));
        assertThat(desk.running()).isEqualTo(1);
        engine.release.countDown();
        assertThat(first.join()).isEqualTo(1);
    }

    private static CompletableFuture<Integer> askLast(Desk desk, Share share) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return desk.generateLast(REQUEST, 1, share, () -> false, piece -> true)
                                .tokens();
                    } catch (Desk.Busy | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                Executors.newVirtualThreadPerTaskExecutor());
    }

    /** The queue is full and stays so: what goes last has its share all the same. */
    @Test
    void whoGoesLastGoesFirstOnceItsShareIsDue() {
        Desk desk = desk(1, Duration.ofMinutes(1));
        Share share = new Share(10, nanos.get());
        share.took(nanos.get(), nanos.addAndGet(Duration.ofSeconds(1).toNanos()));
        List<CompletableFuture<Integer>> requests = new ArrayList<>();
        for (int i = 0; i <= Desk.QUEUE_MAX; i++) {
            requests.add(ask(desk, 1));
        }
        await().until(() -> desk.running() == 1 && desk.waiting() == Desk.QUEUE_MAX);
        nanos.addAndGet(Duration.ofSeconds(9).toNanos() - 1);
        CompletableFuture<Integer> last = askLast(desk, share);
        await().during(Duration.ofMillis(300)).until(() -> desk.waiting() == Desk.QUEUE_MAX);

        nanos.incrementAndGet();

        await().until(() -> desk.waiting() == Desk.QUEUE_MAX + 1);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        engine.release.countDown();
        assertThat(last.join()).isEqualTo(1);
        assertThat(requests).allSatisfy(one -> assertThat(one.join()).isEqualTo(1));
        assertThat(engine.most).hasValue(1);
    }

    @Test
    void whatItTakesOfASlotCountsAgainstItsShare() {
        Desk desk = desk(1, Duration.ofMinutes(1));
        Share share = new Share(50, nanos.get());
        CompletableFuture<Integer> last = askLast(desk, share);
        await().until(() -> engine.inside.get() == 1);
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        engine.release.countDown();
        last.join();

        assertThat(share.due(nanos.get() + Duration.ofSeconds(3).toNanos() - 1)).isFalse();
        assertThat(share.due(nanos.get() + Duration.ofSeconds(3).toNanos())).isTrue();
    }

    @Test
    void cutShortAnAnswerIsToldToEndAtItsNextToken() throws Exception {
        List<Boolean> goesOn = new ArrayList<>();
        Engine told =
                new Held() {
                    @Override
                    public Outcome generate(Request request, Predicate<String> sink) {
                        goesOn.add(sink.test("piece"));
                        return new Outcome(1, Ending.Cancelled);
                    }
                };
        Desk cut = new Desk(told, 1, Duration.ofMinutes(1), rung::get, nanos::get);
        var _ = cut.generate(REQUEST, 1, () -> false, piece -> true);

        cut.cutShort();

        var _ = cut.generate(REQUEST, 1, () -> false, piece -> true);
        assertThat(goesOn).containsExactly(true, false);
    }

    @Test
    void silenceIsOfAnEngineThatHasWork() {
        Desk desk = desk(1, Duration.ofMinutes(1));
        nanos.addAndGet(Duration.ofSeconds(9).toNanos());
        assertThat(desk.silent()).isZero();
        CompletableFuture<Integer> one = ask(desk, 1);
        await().until(() -> desk.running() == 1 && engine.inside.get() == 1);

        nanos.addAndGet(Duration.ofSeconds(3).toNanos());

        assertThat(desk.silent()).isEqualTo(Duration.ofSeconds(3));
        engine.release.countDown();
        one.join();
        assertThat(desk.silent()).isZero();
    }
}
