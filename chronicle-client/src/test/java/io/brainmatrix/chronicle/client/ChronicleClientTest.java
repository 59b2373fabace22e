package io.brainmatrix.chronicle.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleClientTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path directory;
    private final List<Integer> stored = Collections.synchronizedList(new ArrayList<>());
    private final List<String> tokens = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private Path token;

    /** By the request's number; 200 stores. */
    private volatile IntUnaryOperator status = request -> 200;

    private int requests;

    @BeforeEach
    void start() throws IOException {
        token = Files.writeString(directory.resolve("token"), "first\n");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext(
                "/v1/entries",
                exchange -> {
                    JsonNode body = JSON.readTree(exchange.getRequestBody());
                    tokens.add(exchange.getRequestHeaders().getFirst("Authorization"));
                    requests++;
                    int answer = status.applyAsInt(requests);
                    List<Integer> numbers = new ArrayList<>();
                    body.path("entries").forEach(e -> numbers.add(e.path("number").asInt()));
                    if (answer == 200 && numbers.contains(13)) {
                        answer = 409; // it contradicts, alone or among others
                    }
                    if (answer == 200) {
                        stored.addAll(numbers);
                    }
                    exchange.sendResponseHeaders(answer, -1);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private ChronicleClient client() throws IOException {
        return new ChronicleClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                token,
                new Spool(directory.resolve("spool"), 1 << 24));
    }

    private static void tell(ChronicleClient client, int from, int to) throws IOException {
        for (int i = from; i <= to; i++) {
            client.tell("{\"number\":%d}".formatted(i));
        }
    }

    private static List<Integer> without13(int to) {
        return IntStream.rangeClosed(1, to).filter(i -> i != 13).boxed().toList();
    }

    @Test
    void allIsToldInOrderThoughTheChronicleIsAwayAtTimes() throws IOException {
        status = request -> request % 2 == 1 ? 503 : 200;
        try (ChronicleClient client = client()) {
            tell(client, 1, 12);
            Awaitility.await().until(() -> stored.size() == 12);
            assertThat(stored).isEqualTo(without13(12));
            assertThat(client.failures()).isPositive();
        }
    }

    @Test
    void whatIsRefusedForEverHoldsNobodyUp() throws IOException {
        try (ChronicleClient client = client()) {
            tell(client, 1, 40);
            Awaitility.await().until(() -> client.told() == 39);
            assertThat(stored).isEqualTo(without13(40));
            assertThat(client.refused()).isEqualTo(1);
        }
    }

    @Test
    void aTokenThatIsRefusedIsReadAnew() throws IOException {
        status = request -> tokens.getLast().equals("Bearer second") ? 200 : 401;
        try (ChronicleClient client = client()) {
            tell(client, 1, 3);
            Awaitility.await().until(() -> client.failures() > 0);
            assertThat(stored).isEmpty();
            Files.writeString(token, "second");
            Awaitility.await().until(() -> stored.size() == 3);
        }
    }

    @Test
    void whatWasNotToldIsToldByTheNextProcess() throws IOException {
        status = request -> 503;
        try (ChronicleClient client = client()) {
            tell(client, 1, 5);
            Awaitility.await().until(() -> client.failures() > 0);
        }
        status = request -> 200;
        try (ChronicleClient client = client()) {
            tell(client, 6, 6);
            Awaitility.await().until(() -> stored.size() == 6);
            assertThat(stored).isEqualTo(without13(6));
        }
    }
}
