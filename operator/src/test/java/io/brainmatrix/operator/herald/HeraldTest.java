package io.brainmatrix.operator.herald;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.operator.kube.ClusterView;
import io.brainmatrix.operator.leader.Leadership;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each thing is handed over once, by the process that acts, whatever fails meanwhile. */
class HeraldTest {
    private static final Duration AWAIT = Duration.ofSeconds(10);

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final List<BrainMatrix> cluster = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean leads = true;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean full;
    private final Herald herald =
            new Herald(
                    view(),
                    new Leadership() {
                        @Override
                        public boolean leads() {
                            return leads;
                        }

                        @Override
                        public boolean begin() {
                            return leads;
                        }

                        @Override
                        public void end() {}
                    },
                    Waking.onDemand(asked::incrementAndGet, System::nanoTime),
                    json -> {
                        if (full) {
                            throw new IOException("no space left");
                        }
                        told.add(json);
                    });

    private ClusterView view() {
        return (ClusterView)
                Proxy.newProxyInstance(
                        ClusterView.class.getClassLoader(),
                        new Class<?>[] {ClusterView.class},
                        (proxy, method, arguments) ->
                                method.getName().equals("matrices")
                                        ? List.copyOf(cluster)
                                        : List.of());
    }

    /** By one that has a mind. */
    private static BrainMatrix died(int times) {
        return died(times, ", mind: {persona: {text: you}}");
    }

    private static BrainMatrix died(int times, String spec) {
        StringBuilder recent = new StringBuilder();
        for (int life = times; life > 0; life--) {
            recent.append(
                    "  - {podUid: p%1$d, life: %1$d, endClass: Killed, when: \"2026-01-01T00:00:%1$02dZ\", message: gone}\n"
                            .formatted(life));
        }
        return TidingsTest.matrix(
                spec,
                "lives: %d\ncrashes:\n  byClass: {Killed: %d}\n  recent:\n%s"
                        .formatted(times, times, recent));
    }

    private void see(BrainMatrix matrix) {
        cluster.clear();
        cluster.add(matrix);
        herald.see(matrix);
    }

    private void awaitTold(int entries) {
        Awaitility.await().atMost(AWAIT).until(() -> told.size() == entries);
    }

    @AfterEach
    void close() {
        herald.close();
    }

    @Test
    void eachDeathIsHandedOverOnceHoweverOftenTheStatusIsSeen() {
        herald.start();
        see(died(1));
        awaitTold(1);
        see(died(1));
        see(died(3));
        awaitTold(3);
        see(died(4));
        awaitTold(4);

        assertThat(told).doesNotHaveDuplicates();
        assertThat(told.getLast()).contains("\"life\":4");
    }

    @Test
    void untilSomebodyHasAMindNobodyIsToldAndThenOfAllThatWas() {
        herald.start();
        see(died(1, ""));
        see(died(2, ""));
        Awaitility.await().during(Duration.ofMillis(100)).atMost(AWAIT).until(told::isEmpty);
        assertThat(asked).hasValue(0);

        see(died(3));

        awaitTold(3);
        assertThat(asked).hasValue(1);
    }

    @Test
    void whatWasThereBeforeItBeganIsTold() {
        cluster.add(died(2));
        herald.start();

        awaitTold(2);
    }

    @Test
    void whoDoesNotLeadTellsNothingAndCatchesUpOnceItLeads() {
        leads = false;
        herald.start();
        see(died(2));
        see(died(3));
        assertThat(told).isEmpty();

        leads = true;

        awaitTold(3);
    }

    @Test
    void aFullDiskLosesNothing() {
        full = true;
        herald.start();
        see(died(2));
        full = false;

        awaitTold(2);
        assertThat(told).doesNotHaveDuplicates();
    }
}
