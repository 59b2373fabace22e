package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.telemetry.PodMetrics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Supplier;

/** {@code /v1/completions} and {@code /v1/chat/completions}, whole or streamed. */
final class CompletionEndpoint {
    private static final Duration DEADLINE = Duration.ofMinutes(5);

    /** Tokens of an answer while memory is short. */
    private static final int SHORT_ANSWER = 128;

    private final Desk desk;
    private final Model model;
    private final boolean chat;
    private final Clock clock;
    private final PodMetrics metrics;
    private final Supplier<Rung> rung;

    /** What is known of the served model. */
    record Model(String name, int contextLength, int vocabulary) {}

    CompletionEndpoint(
            Desk desk,
            Model model,
            boolean chat,
            Clock clock,
            PodMetrics metrics,
            Supplier<Rung> rung) {
        this.desk = desk;
        this.model = model;
        this.chat = chat;
        this.clock = clock;
        this.metrics = metrics;
        this.rung = rung;
    }

    /** Cuts an answer short at its deadline, or while memory is short. */
    private final class Patience {
        private final Instant deadline = clock.instant().plus(DEADLINE);
        private int pieces;
        private boolean cut;

        boolean goesOn() {
            pieces++;
            boolean shortened = rung.get().atLeast(Rung.Shorten) && pieces >= SHORT_ANSWER;
            cut = shortened || !clock.instant().isBefore(deadline);
            return !cut;
        }
    }

    /** One answer's identity. */
    private record Answer(String id, long created) {}

    void handle(HttpExchange exchange) throws IOException, ApiError {
        CompletionRequest request =
                CompletionRequest.parse(Exchange.body(exchange), chat, model.vocabulary());
        if (rung.get().atLeast(Rung.Refuse)) {
            throw new ApiError(503, "server_error", null, "memory is short; try again in a moment");
        }
        String prompt = chat ? templated(request) : request.prompt();
        int promptTokens = desk.engine().countTokens(prompt);
        int room = model.contextLength() - promptTokens;
        if (room < 1) {
            throw ApiError.invalid(
                    chat ? "messages" : "prompt",
                    "has %d tokens; the context has %d, shorten it"
                            .formatted(promptTokens, model.contextLength()));
        }
        int maxTokens = Math.min(room, request.maxTokens().orElse(room));
        Answer answer =
                new Answer(
                        (chat ? "chatcmpl-" : "cmpl-") + UUID.randomUUID(),
                        clock.instant().getEpochSecond());
        Engine.Request generation =
                new Engine.Request(prompt, maxTokens, request.sampling(), request.stop());
        try {
            if (request.stream()) {
                stream(exchange, request, generation, answer, promptTokens);
            } else {
                whole(exchange, generation, answer, promptTokens);
            }
        } catch (Desk.Busy e) {
            throw new ApiError(429, "rate_limit_error", null, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiError(503, "server_error", null, "the pod is ending");
        }
    }

    private String templated(CompletionRequest request) throws ApiError {
        try {
            return desk.engine().prompt(request.messages());
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid("messages", "cannot be put to the model: " + e.getMessage());
        }
    }

    private void whole(
            HttpExchange exchange, Engine.Request request, Answer answer, int promptTokens)
            throws IOException, Desk.Busy, InterruptedException {
        StringBuilder text = new StringBuilder();
        Patience patience = new Patience();
        int tokens =
                request.maxTokens() == 0
                        ? 0
                        : desk.generate(
                                request,
                                promptTokens,
                                piece -> {
                                    text.append(piece);
                                    return patience.goesOn();
                                });
        metrics.answered(promptTokens, tokens);
        ObjectNode json = head(answer, chat ? "chat.completion" : "text_completion");
        ObjectNode choice = json.putArray("choices").addObject().put("index", 0);
        if (chat) {
            choice.putObject("message").put("role", "assistant").put("content", text.toString());
        } else {
            choice.put("text", text.toString());
        }
        choice.put("finish_reason", finish(tokens, request.maxTokens(), patience));
        usage(json, promptTokens, tokens);
        Exchange.json(exchange, 200, json);
    }

    private void stream(
            HttpExchange exchange,
            CompletionRequest asked,
            Engine.Request request,
            Answer answer,
            int promptTokens)
            throws IOException, Desk.Busy, InterruptedException {
        Patience patience = new Patience();
        StreamedAnswer out = new StreamedAnswer(exchange);
        try {
            int tokens =
                    request.maxTokens() == 0
                            ? 0
                            : desk.generate(
                                    request,
                                    promptTokens,
                                    piece -> {
                                        // A client that has gone makes the write fail: the slot is
                                        // freed at once.
                                        return out.tryEvent(chunk(answer, piece, null))
                                                && patience.goesOn();
                                    });
            metrics.answered(promptTokens, tokens);
            out.event(chunk(answer, "", finish(tokens, request.maxTokens(), patience)));
            if (asked.streamUsage()) {
                ObjectNode last = head(answer, chat ? "chat.completion.chunk" : "text_completion");
                last.putArray("choices");
                usage(last, promptTokens, tokens);
                out.event(last.toString());
            }
            out.event("[DONE]");
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Server-sent events; the headers go out with the first. */
    private static final class StreamedAnswer {
        private final HttpExchange exchange;
        private boolean begun;

        StreamedAnswer(HttpExchange exchange) {
            this.exchange = exchange;
        }

        boolean tryEvent(String data) {
            try {
                event(data);
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        void event(String data) throws IOException {
            if (!begun) {
                begun = true;
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.getResponseHeaders().set("Cache-Control", "no-cache");
                exchange.sendResponseHeaders(200, 0);
            }
            OutputStream body = exchange.getResponseBody();
            body.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
            body.flush();
        }
    }

    private String chunk(
            Answer answer, String piece, @org.jspecify.annotations.Nullable String finish) {
        ObjectNode json = head(answer, chat ? "chat.completion.chunk" : "text_completion");
        ObjectNode choice = json.putArray("choices").addObject().put("index", 0);
        if (chat) {
            ObjectNode delta = choice.putObject("delta");
            if (finish == null) {
                delta.put("role", "assistant").put("content", piece);
            }
        } else {
            choice.put("text", piece);
        }
        choice.put("finish_reason", finish);
        return json.toString();
    }

    private ObjectNode head(Answer answer, String object) {
        return Exchange.JSON
                .createObjectNode()
                .put("id", answer.id())
                .put("object", object)
                .put("created", answer.created())
                .put("model", model.name());
    }

    private static void usage(ObjectNode json, int prompt, int completion) {
        json.putObject("usage")
                .put("prompt_tokens", prompt)
                .put("completion_tokens", completion)
                .put("total_tokens", prompt + completion);
    }

    private static String finish(int tokens, int maxTokens, Patience patience) {
        return patience.cut || tokens >= maxTokens ? "length" : "stop";
    }
}
