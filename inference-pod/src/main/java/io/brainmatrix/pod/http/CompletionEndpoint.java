package io.brainmatrix.pod.http;

import com.sun.net.httpserver.HttpExchange;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.telemetry.AnswerMeter;
import io.brainmatrix.pod.telemetry.PodMetrics;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** {@code /v1/completions} and {@code /v1/chat/completions}, whole or streamed. */
final class CompletionEndpoint {
    private static final Duration DEADLINE = Duration.ofMinutes(5);

    /**
     * Of 256 KiB the engine makes some 20 MiB of small pieces, which malloc keeps afterwards: one
     * at a time.
     */
    private static final Semaphore COUNTING = new Semaphore(1, true);

    /** A write to who has gone fails, at the second try at the latest. */
    private static final Duration TELLS = Duration.ofMillis(250);

    /** Tokens of an answer while memory is short. */
    private static final int SHORT_ANSWER = 128;

    private final Desk desk;
    private final Model model;
    private final boolean chat;
    private final Clock clock;
    private final PodMetrics metrics;
    private final Supplier<Rung> rung;
    private final Connections connections;

    /** What is known of the served model. */
    record Model(String name, int contextLength, int vocabulary) {}

    CompletionEndpoint(Desk desk, Model model, boolean chat, PodServer.Parts parts) {
        this.desk = desk;
        this.model = model;
        this.chat = chat;
        this.clock = parts.clock();
        this.metrics = parts.metrics();
        this.rung = parts.rung();
        this.connections = parts.connections();
    }

    /** The client went before it had its answer. */
    @SuppressWarnings("serial") // never serialized
    private static final class Gone extends IOException {
        Gone() {
            super("the client has gone");
        }
    }

    /** Where an answer goes, piece by piece; fails when there is nobody any more. */
    private interface Sink {
        void piece(String text) throws IOException;
    }

    /**
     * Cuts an answer short at its deadline, while memory is short, or when nobody wants it. Whether
     * somebody does is asked of the kernel's tables, which takes milliseconds of a core that the
     * engine needs; what is written tells it for nothing, as long as tokens come quickly.
     */
    private final class Patience {
        private final Instant deadline = clock.instant().plus(DEADLINE);
        private final BooleanSupplier gone;
        private final boolean streams;
        private Instant written = Instant.EPOCH;
        private int pieces;
        private boolean abandoned;

        /**
         * With nothing written yet.
         *
         * @param streams whether each piece is written as it comes
         */
        Patience(BooleanSupplier gone, boolean streams) {
            this.gone = gone;
            this.streams = streams;
        }

        boolean abandoned() {
            abandoned = abandoned || gone.getAsBoolean();
            return abandoned;
        }

        boolean goesOn(String piece, Sink sink) {
            pieces++;
            Instant now = clock.instant();
            boolean told = streams && written.plus(TELLS).isAfter(now);
            try {
                if (!(told ? abandoned : abandoned()) && !piece.isEmpty()) {
                    sink.piece(piece);
                    written = now;
                }
            } catch (IOException e) {
                abandoned = true;
            }
            boolean shortened = rung.get().atLeast(Rung.Shorten) && pieces >= SHORT_ANSWER;
            return !abandoned && !shortened && now.isBefore(deadline);
        }
    }

    /** What is to be generated, and how the answer will look. */
    private record Task(Engine.Request generation, int promptTokens, AnswerShape shape) {
        AnswerShape.Usage usage(Engine.Outcome outcome) {
            return new AnswerShape.Usage(promptTokens, outcome.tokens());
        }
    }

    void handle(HttpExchange exchange) throws IOException, ApiError {
        BooleanSupplier gone =
                connections.gone(exchange.getLocalAddress(), exchange.getRemoteAddress());
        CompletionRequest request = CompletionRequest.parse(Exchange.body(exchange), chat, model);
        if (rung.get().atLeast(Rung.Refuse)) {
            throw new ApiError(503, "server_error", null, "memory is short; try again in a moment");
        }
        Task task = task(request);
        try {
            if (request.stream()) {
                stream(exchange, task, new Patience(gone, true));
            } else {
                whole(exchange, task, new Patience(gone, false));
            }
        } catch (Desk.Closed e) {
            throw ending();
        } catch (Desk.Busy e) {
            throw new ApiError(429, "rate_limit_error", null, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ending();
        }
    }

    private static ApiError ending() {
        return new ApiError(503, "server_error", null, "the pod is ending");
    }

    private Task task(CompletionRequest request) throws ApiError {
        String prompt = chat ? templated(request) : request.prompt();
        int promptTokens = tokens(prompt);
        int room = model.contextLength() - promptTokens;
        if (room < 1) {
            throw new ApiError(
                    400,
                    "invalid_request_error",
                    chat ? "messages" : "prompt",
                    "context_length_exceeded",
                    "the prompt has %d tokens; the context has %d, shorten it"
                            .formatted(promptTokens, model.contextLength()));
        }
        return new Task(
                new Engine.Request(
                        prompt,
                        Math.min(room, request.maxTokens().orElse(room)),
                        request.sampling(),
                        request.stop(),
                        request.grammar()),
                promptTokens,
                new AnswerShape(
                        chat,
                        (chat ? "chatcmpl-" : "cmpl-") + UUID.randomUUID(),
                        clock.instant().getEpochSecond(),
                        model.name(),
                        request.streamUsage()));
    }

    private int tokens(String prompt) {
        COUNTING.acquireUninterruptibly();
        try {
            return desk.engine().countTokens(prompt);
        } finally {
            COUNTING.release();
        }
    }

    private String templated(CompletionRequest request) throws ApiError {
        try {
            return desk.engine().prompt(request.messages());
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid("messages", "cannot be put to the model: " + e.getMessage());
        }
    }

    private Engine.Outcome generate(Task task, Patience patience, Sink sink)
            throws ApiError, Gone, Desk.Busy, InterruptedException {
        if (task.generation().maxTokens() == 0) {
            return new Engine.Outcome(0, Engine.Ending.Length);
        }
        try {
            AnswerMeter meter = metrics.answering(System::nanoTime);
            Engine.Outcome outcome =
                    desk.generate(
                            task.generation(),
                            task.promptTokens(),
                            patience::abandoned,
                            piece -> {
                                meter.token();
                                return patience.goesOn(piece, sink);
                            });
            meter.ended(task.promptTokens(), outcome.tokens());
            if (patience.abandoned) {
                throw new Gone();
            }
            return outcome;
        } catch (Engine.NotWritable e) {
            throw ApiError.invalid("response_format", String.valueOf(e.getMessage()));
        }
    }

    private void whole(HttpExchange exchange, Task task, Patience patience)
            throws IOException, ApiError, Desk.Busy, InterruptedException {
        StringBuilder text = new StringBuilder();
        Engine.Outcome outcome = generate(task, patience, text::append);
        Exchange.json(
                exchange,
                200,
                task.shape().whole(text.toString(), outcome.ending(), task.usage(outcome)));
    }

    private void stream(HttpExchange exchange, Task task, Patience patience)
            throws IOException, ApiError, Desk.Busy, InterruptedException {
        EventStream out = new EventStream(exchange);
        try {
            Engine.Outcome outcome =
                    generate(
                            task,
                            patience,
                            piece -> {
                                open(out, task.shape());
                                out.event(task.shape().piece(piece));
                            });
            open(out, task.shape());
            out.event(task.shape().closing(outcome.ending()));
            if (task.shape().streamUsage()) {
                out.event(task.shape().usage(task.usage(outcome)));
            }
            out.done();
        } catch (RuntimeException e) {
            if (out.begun()) { // or the answer would look like one that came to its end
                out.event(PodServer.failed().json());
            }
            throw e;
        }
    }

    private void open(EventStream out, AnswerShape shape) throws IOException {
        if (chat && !out.begun()) {
            out.event(shape.opening());
        }
    }
}
