package io.brainmatrix.chronicle.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.brainmatrix.chronicle.Entries;
import io.brainmatrix.chronicle.access.Caller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KubeCallersTest {
    private static final Caller SUBJECT = new Caller.Instance(Entries.SUBJECT, 1, Set.of());

    private Instant now = Entries.NOON;
    private int asked;
    private Optional<Caller> answer = Optional.of(SUBJECT);
    private boolean down;
    private final KubeCallers callers =
            new KubeCallers(
                    (token, namespace) -> {
                        if (down) {
                            throw new IOException("down");
                        }
                        asked++;
                        return answer;
                    },
                    new Clock() {
                        @Override
                        public ZoneId getZone() {
                            return ZoneOffset.UTC;
                        }

                        @Override
                        public Clock withZone(ZoneId zone) {
                            return this;
                        }

                        @Override
                        public Instant instant() {
                            return now;
                        }
                    });

    private static String endingAt(Instant end) {
        String claims = "{\"exp\":%d}".formatted(end.getEpochSecond());
        return "h."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".s";
    }

    private int asksAfter(String token, Duration time) throws IOException {
        callers.of(token, null);
        now = now.plus(time);
        asked = 0;
        callers.of(token, null);
        return asked;
    }

    @Test
    void anAnswerIsBelievedForAWhile() throws IOException {
        String token = endingAt(now.plusSeconds(3600));
        assertThat(asksAfter(token, KubeCallers.KNOWN_FOR.minusMillis(1))).isZero();
        assertThat(asksAfter(token, KubeCallers.KNOWN_FOR)).isEqualTo(1);
    }

    @Test
    void noLongerThanTheTokenLasts() throws IOException {
        assertThat(asksAfter(endingAt(now.plusSeconds(5)), Duration.ofSeconds(5))).isEqualTo(1);
    }

    @Test
    void aStrangerMayBeKnownSoon() throws IOException {
        answer = Optional.of(new Caller.Stranger("s", "not yet"));
        assertThat(asksAfter("opaque", KubeCallers.STRANGER_FOR)).isEqualTo(1);
    }

    @Test
    void whatProvesNothingIsNotAskedAgainAtOnce() throws IOException {
        answer = Optional.empty();
        assertThat(asksAfter("bad", KubeCallers.NOBODY_FOR.minusMillis(1))).isZero();
        assertThat(asksAfter("bad", KubeCallers.NOBODY_FOR)).isEqualTo(1);
    }

    @Test
    void eachTokenAndNamespaceIsItsOwnQuestion() throws IOException {
        callers.of("a", null);
        callers.of("b", null);
        callers.of("b", "brains");
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void aServerThatIsAwayMakesNobodyAnybody() {
        down = true;
        assertThatThrownBy(() -> callers.of("a", null)).isInstanceOf(IOException.class);
        down = false;
        assertThat(asked).isZero();
    }

    @Test
    void anEndlessTokenIsNotEvenAskedAbout() throws IOException {
        assertThat(callers.of("x".repeat(1 << 20), null)).isEmpty();
        assertThat(asked).isZero();
    }
}
