package io.brainmatrix.pod.mind;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UnderWayTest {
    /** Each look at this clock is long after the one before: nobody waits here. */
    private final LongSupplier nanos =
            new LongSupplier() {
                private final AtomicLong now = new AtomicLong();

                @Override
                public long getAsLong() {
                    return now.addAndGet(TellingRule.SELDOM.toNanos());
                }
            };

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger looks = new AtomicInteger();
    private volatile boolean taken = true;
    private final UnderWay underWay =
            new UnderWay(
                    json -> {
                        told.add(json);
                        return taken;
                    },
                    nanos);

    @AfterEach
    void close() {
        underWay.close();
    }

    private final class Thinks implements UnderWay.Thinking {
        private final long number;
        private volatile int pieces;

        Thinks(long number, int pieces) {
            this.number = number;
            this.pieces = pieces;
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public int pieces() {
            looks.incrementAndGet();
            Thread.yield(); // this clock leaves it no other pause
            return pieces;
        }

        @Override
        public String json() {
            return number + "." + pieces;
        }
    }

    private void awaitLooks() {
        int before = looks.get();
        Awaitility.await().until(() -> looks.get() > before + 3);
    }

    @Test
    void tellsWhatIsNewAndNothingTwice() {
        Thinks thought = new Thinks(1, 2);
        underWay.began(thought);
        awaitLooks();
        assertThat(told).containsExactly("1.2");
        thought.pieces = 5;
        awaitLooks();
        assertThat(told).containsExactly("1.2", "1.5");
        underWay.ended();
        underWay.began(new Thinks(2, 0));
        awaitLooks();
        assertThat(told).as("nothing of it yet").hasSize(2);
    }

    @Test
    void whatIsNotTakenIsTriedAgainAsItIsThen() {
        taken = false;
        Thinks thought = new Thinks(1, 1);
        underWay.began(thought);
        Awaitility.await().until(() -> told.size() > 2);
        thought.pieces = 7;
        taken = true;
        awaitLooks();
        assertThat(told).contains("1.1").endsWith("1.7");
    }

    @Test
    void whoThinksDoesNotWaitForWhoTells() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        try (UnderWay slow =
                new UnderWay(
                        json -> {
                            stuck.countDown();
                            new CountDownLatch(1).await(); // until it is closed
                            return true;
                        },
                        nanos)) {
            slow.began(new Thinks(1, 1));
            stuck.await();
            slow.ended();
            slow.began(new Thinks(2, 1));
            slow.ended();
        }
    }
}
