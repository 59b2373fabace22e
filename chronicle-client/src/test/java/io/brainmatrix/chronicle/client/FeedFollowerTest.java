package io.brainmatrix.chronicle.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever breaks, the feed goes on behind the last that was taken. */
class FeedFollowerTest {
    private static final Duration AWAIT = Duration.ofSeconds(20);

    @TempDir Path directory;
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<FeedFollower.Event> taken = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch end = new CountDownLatch(1);
    private HttpServer server;
    private Path token;

    /** What each connection is told, the last of them for ever. */
    private volatile List<String> connections = List.of();

    @BeforeEach
    void start() throws IOException {
        token = Files.writeString(directory.resolve("token"), "own\n");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/feed", this::tell);
        server.start();
    }

    private void tell(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestHeaders().getFirst("Last-Event-ID"));
        int number = Math.min(asked.size(), connections.size());
        String told = connections.get(number - 1);
        if (told.isEmpty()) {
            exchange.sendResponseHeaders(403, -1);
            exchange.close();
            return;
        }
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(told.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
        if (number == connections.size()) {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        exchange.close();
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
    }

    private static String event(int sequence) {
        return "id: %1$d\nevent: Thought\ndata: {\"number\":%1$d}\n\n".formatted(sequence);
    }

    private FeedFollower follow(long after, FeedFollower.Sink sink) {
        return new FeedFollower(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                token,
                after,
                sink);
    }

    @Test
    void goesOnBehindTheLastThatWasWhole() {
        connections =
                List.of(
                        ":\n\n" + event(8) + event(9) + "id: 10\nevent: Thought\ndata: {\"nu",
                        "", // as long as the status does not tell of this life
                        event(10) + ":\n\n" + event(11));
        try (FeedFollower follower = follow(7, taken::add)) {
            Awaitility.await().atMost(AWAIT).until(() -> taken.size() == 4);

            assertThat(taken)
                    .extracting(FeedFollower.Event::sequence)
                    .containsExactly(8L, 9L, 10L, 11L);
            assertThat(taken.getLast())
                    .isEqualTo(new FeedFollower.Event(11, "Thought", "{\"number\":11}"));
            assertThat(asked).containsExactly("7", "9", "9");
            assertThat(follower.received()).isEqualTo(4);
            assertThat(follower.breaks()).isEqualTo(2);
        }
    }

    @Test
    void whoTakesItsTimeMissesNothing() {
        connections = List.of(event(1) + event(2) + event(3));
        CountDownLatch free = new CountDownLatch(1);
        try (FeedFollower _ =
                follow(
                        0,
                        event -> {
                            free.await();
                            taken.add(event);
                        })) {
            assertThat(taken).isEmpty();
            free.countDown();
            Awaitility.await().atMost(AWAIT).until(() -> taken.size() == 3);
        }
        assertThat(asked).containsExactly("0");
    }
}
