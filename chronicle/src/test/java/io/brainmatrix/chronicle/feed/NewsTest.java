package io.brainmatrix.chronicle.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.chronicle.Entries;
import io.brainmatrix.chronicle.entry.Stored;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class NewsTest {
    private final AtomicInteger formed = new AtomicInteger();

    private static News news(String text) {
        return new News(
                new Stored(7, Entries.NOON, Entries.thought(Entries.SUBJECT, 1, 1, text)), 3);
    }

    private Function<Stored, byte[]> times(int bytesPerChar) {
        return stored -> {
            formed.incrementAndGet();
            return stored.entry().text().repeat(bytesPerChar).getBytes(UTF_8);
        };
    }

    @Test
    void itIsPutIntoBytesOnceForAllThatListen() {
        News news = news("I am.");
        assertThat(news.sent(times(1))).isEqualTo("I am.".getBytes(UTF_8));
        assertThat(news.sent(times(1))).isEqualTo("I am.".getBytes(UTF_8));
        assertThat(formed).hasValue(1);
    }

    @Test
    void whatIsLargerThanItsQueueCountsIsNotKept() {
        News news = news("\u0001".repeat(10_000));
        assertThat(news.sent(times(6))).hasSize(60_000);
        assertThat(news.sent(times(6))).hasSize(60_000);
        assertThat(formed).hasValue(2);
    }
}
