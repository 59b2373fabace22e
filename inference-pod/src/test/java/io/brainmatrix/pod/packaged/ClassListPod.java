package io.brainmatrix.pod.packaged;

import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A packaged pod that does once what any does: it starts, answers, streamed and not, is scraped and
 * is ended. {@code make class-list} has its JVM write down the classes that this takes.
 *
 * <p>Arguments: the entrypoint, a folder.
 */
final class ClassListPod {
    private ClassListPod() {}

    public static void main(String[] arguments) throws Exception {
        Path work = Path.of(arguments[1]);
        Path model = work.resolve("chain.gguf");
        ModelFile.write(model, ModelSpec.ofSize(ModelSpec.Mode.CHAIN, 4, 1), done -> {});
        try (PackagedPod pod =
                        new PackagedPod(
                                arguments[0],
                                Files.createDirectory(work.resolve("pod")),
                                model,
                                new PackagedPod.Engine(512, 1, 1, 128));
                HttpClient http = HttpClient.newHttpClient()) {
            for (String stream : List.of("false", "true")) {
                HttpRequest request =
                        HttpRequest.newBuilder(pod.uri().resolve("/v1/chat/completions"))
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                """
                                                {"messages": [{"role": "user", "content": "the quick"}], "max_tokens": 4, "stream": %s}"""
                                                        .formatted(stream)))
                                .build();
                expect(http.send(request, HttpResponse.BodyHandlers.ofString()));
            }
            expect(pod.get("/metrics"));
            expect(pod.get("/v1/models"));
            expect(pod.get("/health/started?waitMillis=900"));
            pod.terminate();
        }
    }

    private static void expect(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer + ": " + answer.body());
        }
    }
}
