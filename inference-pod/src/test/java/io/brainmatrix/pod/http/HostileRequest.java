package io.brainmatrix.pod.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A request that nobody wishes for, drawn by chance.
 *
 * @param method and path as they go out
 * @param bytes of the body that are sent; fewer than announced is a client that goes early
 * @param announced as Content-Length
 * @param patience bytes of the answer that are read before the client goes; negative: all
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HostileRequest(
        String method,
        String path,
        List<String> headers,
        byte[] bytes,
        int announced,
        int patience) {
    private static final List<String> NUMBERS =
            List.of(
                    "NaN",
                    "Infinity",
                    "-Infinity",
                    "1e999",
                    "-1e999",
                    "1e-400",
                    "-1",
                    "0",
                    "0.5",
                    "2.0000001",
                    "9223372036854775808",
                    "1e400000",
                    "\"1\"",
                    "null",
                    "true",
                    "[]",
                    "{}",
                    "[[1]]",
                    "0x10",
                    "1,5");

    private static final List<String> FIELDS =
            List.of(
                    "temperature",
                    "top_p",
                    "top_k",
                    "seed",
                    "max_tokens",
                    "max_completion_tokens",
                    "frequency_penalty",
                    "presence_penalty",
                    "n",
                    "stop",
                    "stream",
                    "logit_bias",
                    "logprobs",
                    "response_format",
                    "stream_options",
                    "tools",
                    "messages",
                    "prompt",
                    "n_probs",
                    "ignore_eos",
                    "grammar",
                    "json_schema",
                    "cache_prompt",
                    "id_slot",
                    "n_predict",
                    "min_p",
                    "repeat_penalty",
                    "best_of",
                    "echo",
                    "model",
                    "user");

    /** Some of them right, some beside everything that a schema may be. */
    private static final List<String> FORMATS =
            List.of(
                    "{'type':'text'}",
                    "{'type':'json_object'}",
                    "{'type':'json_object','schema':{'type':'nonsense'}}",
                    "{'type':'json_schema'}",
                    "{'type':'json_schema','json_schema':{'schema':{'type':'string'}}}",
                    "{'type':'json_schema','json_schema':{'schema':{'type':['null','number']}}}",
                    "{'type':'json_schema','json_schema':{'schema':{'enum':['\uD83D\uDE00','</s>','\\u0000','\\n']}}}",
                    "{'type':'json_schema','json_schema':{'schema':{'enum':['\\uD83D']}}}",
                    "{'type':'json_schema','json_schema':{'schema':{'type':'object','properties':{'':{'type':'array','items':{'type':'integer'}}},'required':['']}}}",
                    "{'type':'json_schema','json_schema':{'schema':{'type':'object','properties':{'\\\" ::= x':{'type':'null'}}}}}",
                    "{'type':'json_schema','json_schema':{'schema':{'$defs':{'a':{'$ref':'#/$defs/a'}},'$ref':'#/$defs/a'}}}",
                    "{'type':'json_schema','json_schema':{'schema':{'type':'string','pattern':'('}}}",
                    "{'type':'json_schema','json_schema':{'schema':{'type':'string','maxLength':1e999}}}",
                    "{'type':'json_schema','json_schema':{'schema':{'anyOf':[[[]]]}}}",
                    "{'type':'grammar','grammar':'root ::= root'}");

    private static final List<String> TEXTS =
            List.of(
                    "",
                    " ",
                    "the quick",
                    "\u0000",
                    "\uD83D\uDE00",
                    "e\u0301\u0301\u0301",
                    "\u202E",
                    "<s></s><unk>",
                    "{{ messages }}",
                    "{% raw %}",
                    "'; DROP TABLE thoughts;--",
                    "\uFFFD\uFFFF",
                    "%s%n%p",
                    "../../../etc/passwd",
                    "<|im_start|>system",
                    "the the the the the the the the the");

    /** Draws one. */
    public static HostileRequest next(RandomGenerator random) {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> whole(random, odd(random));
            case 4 -> whole(random, broken(random));
            case 5 -> whole(random, field(random));
            case 6 -> gone(random);
            case 7 -> elsewhere(random);
            case 8 -> whole(random, mutated(random));
            default -> leaving(random);
        };
    }

    private static HostileRequest whole(RandomGenerator random, byte[] body) {
        return new HostileRequest("POST", path(random), List.of(), body, body.length, -1);
    }

    private static String path(RandomGenerator random) {
        return random.nextBoolean() ? "/v1/completions" : "/v1/chat/completions";
    }

    /** Valid, with every number at its bounds and every text that exists. */
    private static byte[] odd(RandomGenerator random) {
        return valid(random).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode valid(RandomGenerator random) {
        ObjectNode body = Exchange.JSON.createObjectNode();
        body.put("prompt", text(random));
        ArrayNode messages = body.putArray("messages");
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            messages.addObject()
                    .put("role", one(random, List.of("system", "user", "assistant", "developer")))
                    .put("content", text(random));
        }
        body.put("max_tokens", random.nextInt(0, 9));
        if (random.nextBoolean()) {
            body.put("temperature", one(random, List.of(0.0, 1e-30, 0.7, 2.0)));
        }
        if (random.nextBoolean()) {
            body.put("top_p", one(random, List.of(0.0, 1e-12, 0.5, 1.0)));
        }
        if (random.nextBoolean()) {
            body.put("top_k", one(random, List.of(0, 1, 40, 1_000_000)));
        }
        if (random.nextBoolean()) {
            body.put("seed", one(random, List.of(-1, 0, 1, Integer.MAX_VALUE)));
        }
        if (random.nextInt(4) == 0) {
            body.put("frequency_penalty", one(random, List.of(-2.0, 0.0, 2.0)));
            body.put("presence_penalty", one(random, List.of(-2.0, 0.0, 2.0)));
        }
        if (random.nextInt(4) == 0) {
            body.putObject("logit_bias")
                    .put(Integer.toString(random.nextInt(1024)), 100)
                    .put(Integer.toString(random.nextInt(1024)), -100);
        }
        if (random.nextInt(4) == 0) {
            body.putArray("stop").add(one(random, List.of(" ", "fox", "\u0000", "\uD83D\uDE00")));
        }
        if (random.nextInt(4) == 0) {
            body.putRawValue(
                    "response_format", new RawValue(one(random, FORMATS).replace('\'', '"')));
        }
        body.put("stream", random.nextBoolean());
        if (random.nextBoolean()) {
            body.putObject("stream_options").put("include_usage", random.nextBoolean());
        }
        return body;
    }

    private static String text(RandomGenerator random) {
        String text = one(random, TEXTS);
        return random.nextInt(20) == 0 ? text.repeat(random.nextInt(1, 500)) : text;
    }

    /** No JSON, or one that goes too deep. */
    private static byte[] broken(RandomGenerator random) {
        byte[] whole = odd(random);
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(whole, random.nextInt(whole.length));
            case 1 -> new byte[] {(byte) 0xC3, (byte) 0x28, (byte) 0xFF, 0, '{'};
            case 2 -> "[".repeat(random.nextInt(1, 20_000)).getBytes(StandardCharsets.UTF_8);
            case 3 ->
                    ("{\"prompt\":" + "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_001))
                            .getBytes(StandardCharsets.UTF_8);
            case 4 ->
                    one(random, List.of("", "null", "[]", "1", "\"x\"", "{}{}", "\uFEFF{}"))
                            .getBytes(StandardCharsets.UTF_8);
            default ->
                    random.ints(64, 0, 256)
                            .collect(
                                    java.io.ByteArrayOutputStream::new,
                                    java.io.ByteArrayOutputStream::write,
                                    (a, b) -> a.writeBytes(b.toByteArray()))
                            .toByteArray();
        };
    }

    /** One field with what it should not have. */
    private static byte[] field(RandomGenerator random) {
        String valid = valid(random).toString();
        String field = one(random, FIELDS);
        String value =
                random.nextInt(50) == 0
                        ? "\"" + "x".repeat((256 << 10) + 1) + "\""
                        : one(random, NUMBERS);
        return ("{\"" + field + "\":" + value + "," + valid.substring(1))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes of a valid body changed here and there. */
    private static byte[] mutated(RandomGenerator random) {
        byte[] body = odd(random);
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            body[random.nextInt(body.length)] = (byte) random.nextInt(256);
        }
        return body;
    }

    /** The client goes before its body is whole. */
    private static HostileRequest gone(RandomGenerator random) {
        byte[] body = odd(random);
        return new HostileRequest(
                "POST",
                path(random),
                List.of(),
                Arrays.copyOf(body, random.nextInt(body.length)),
                body.length,
                0);
    }

    /** The client goes while it is answered. */
    private static HostileRequest leaving(RandomGenerator random) {
        ObjectNode body = valid(random);
        body.put("stream", random.nextInt(4) != 0).put("max_tokens", 200);
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        return new HostileRequest(
                "POST", path(random), List.of(), bytes, bytes.length, random.nextInt(1, 400));
    }

    private static HostileRequest elsewhere(RandomGenerator random) {
        String path =
                one(
                        random,
                        List.of(
                                "/",
                                "/v1",
                                "/v1/completions/",
                                "/v1/models/x",
                                "/../status",
                                "/status?x=" + "y".repeat(4_000),
                                "/v1/embeddings",
                                "/metrics/",
                                "/%00",
                                "/v1/completions"));
        String method = one(random, List.of("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"));
        List<String> headers =
                random.nextInt(4) == 0
                        ? java.util.Collections.nCopies(random.nextInt(1, 300), "X-Header: value")
                        : List.of("Content-Type: text/plain", "Expect: nonsense");
        return new HostileRequest(method, path, headers, new byte[0], 0, -1);
    }

    private static <T> T one(RandomGenerator random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
