package io.brainmatrix.chronicle.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How the chronicle is spoken to, whatever is said. */
final class ChronicleHttp {
    static final int OK = 200;

    private ChronicleHttp() {}

    static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    /**
     * A request by whoever the token says.
     *
     * @param token file of it; read for each request, as the kubelet renews it
     */
    static HttpRequest.Builder request(URI address, Path token) throws IOException {
        return HttpRequest.newBuilder(address)
                .header("Authorization", "Bearer " + Files.readString(token).strip());
    }
}
