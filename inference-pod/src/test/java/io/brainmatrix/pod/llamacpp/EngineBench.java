package io.brainmatrix.pod.llamacpp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.pod.packaged.PackagedPod;
import io.brainmatrix.pod.telemetry.MetricsCatalogue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The packaged pod, its engine called directly, llama-server and llama-bench before the same model
 * with the same threads, asked in turn: medians over the rounds, and their ratios.
 *
 * <p>Arguments: the pod's entrypoint, a folder, the model's MiB, rounds.
 */
final class EngineBench {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MEBIBYTE = 1 << 20;
    private static final int CONTEXT = 2048;
    private static final int BATCH = 512;
    private static final int TOKENS = 128;
    private static final int PROMPT_WORDS = 60;
    private static final int END_OF_TEXT = 2;
    private static final String MODEL = "random.gguf";
    private static final List<String> WORDS =
            List.of("quick", "brown", "fox", "jumps", "over", "lazy", "dog", "while", "seven");
    private static final Pattern BUFFER = Pattern.compile("buffer size *= *([0-9.]+) MiB");

    private final Path work;
    private final Path model;
    private final LlamaCpp llamaCpp;
    private final int threads = Math.min(4, Runtime.getRuntime().availableProcessors());

    private EngineBench(Path work) throws Exception {
        this.work = work;
        this.model = work.resolve("models").resolve(MODEL);
        this.llamaCpp = LlamaCpp.in(work.resolve("models"));
    }

    /** Seconds, and tokens a second. */
    private record Speed(double first, double rate) {}

    public static void main(String[] arguments) throws Exception {
        new EngineBench(Path.of(arguments[1]))
                .run(arguments[0], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        System.exit(0);
    }

    private void run(String entrypoint, int mebibytes, int rounds) throws Exception {
        ModelFile.write(model, ModelSpec.ofSize(ModelSpec.Mode.RANDOM, mebibytes, 1), done -> {});
        Files.copy(model, OutputStream.nullOutputStream()); // from the page cache, all of them
        starts(entrypoint);
        List<Speed> http = new ArrayList<>();
        List<Speed> direct = new ArrayList<>();
        List<Speed> server = new ArrayList<>();
        List<Double> bench = new ArrayList<>();
        try (PackagedPod pod = pod(entrypoint, "pod");
                Direct engine = new Direct();
                LlamaServer llama =
                        LlamaServer.serving(
                                llamaCpp,
                                MODEL,
                                CONTEXT,
                                threads,
                                BATCH,
                                work.resolve("server.log"))) {
            for (int round = -1; round < rounds; round++) {
                String prompt = prompt(round + 1);
                // In turn, each first once in four rounds: what one leaves behind slows the next.
                for (int turn = 0; turn < 4; turn++) {
                    int who = Math.floorMod(round + turn, 4);
                    boolean counts = round >= 0; // the first only warms up
                    switch (who) {
                        case 0 -> keep(counts, http, overHttp(pod, prompt));
                        case 1 -> keep(counts, direct, engine.ask(prompt));
                        case 2 -> keep(counts, server, overServer(llama, prompt));
                        default -> keep(counts, bench, llamaBench());
                    }
                }
            }
            rate("HTTP ÷ the engine directly", rates(http), rates(direct), "≥ 0.97");
            rate("HTTP ÷ llama-bench", rates(http), bench, "≥ 0.95");
            rate("HTTP ÷ llama-server", rates(http), rates(server), "");
            double ours = median(firsts(http));
            double theirs = median(firsts(server));
            System.out.printf(
                    "first token after %d words: HTTP %.0f ms, directly %.0f ms, llama-server %.0f ms; HTTP ÷ llama-server %.2f (aim ≤ 1.0)%n",
                    PROMPT_WORDS,
                    ours * 1e3,
                    median(firsts(direct)) * 1e3,
                    theirs * 1e3,
                    ours / theirs);
            memory(pod, llama);
        }
    }

    private static <T> void keep(boolean counts, List<T> all, T one) {
        if (counts) {
            all.add(one);
        }
    }

    /** From the process's start to Ready, the load itself taken off; three times. */
    private void starts(String entrypoint) throws Exception {
        List<Double> beyond = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (PackagedPod pod = pod(entrypoint, "start-" + i)) {
                double load =
                        MetricsCatalogue.value(
                                pod.get("/metrics").body(), "brainmatrix_pod_load_seconds");
                beyond.add(pod.readySeconds() - load);
            }
        }
        System.out.printf(
                "start to Ready beyond the load: %.2f s (aim ≤ 2 s), of 3: %s%n",
                median(beyond), beyond.stream().map("%.2f"::formatted).toList());
    }

    private PackagedPod pod(String entrypoint, String name) throws Exception {
        return new PackagedPod(
                entrypoint,
                Files.createDirectory(work.resolve(name)),
                model,
                new PackagedPod.Engine(CONTEXT, 1, threads, BATCH));
    }

    private void memory(PackagedPod pod, LlamaServer llama) throws IOException {
        double ours = pod.status("VmRSS") / MEBIBYTE;
        double theirs = PackagedPod.status(llama.pid(), "VmRSS") / MEBIBYTE;
        double buffers = 0;
        try (Stream<String> lines =
                Files.lines(pod.file("scratch/engine.log"), StandardCharsets.ISO_8859_1)) {
            for (Matcher found :
                    (Iterable<Matcher>)
                            lines.map(BUFFER::matcher).filter(Matcher::find)::iterator) {
                buffers += Double.parseDouble(found.group(1));
            }
        }
        System.out.printf(
                "RSS: pod %.0f MiB, llama-server %.0f MiB, llama.cpp's own buffers in the pod %.0f MiB; beyond the buffers %.0f, beyond llama-server %.0f (aim ≤ 120)%n",
                ours, theirs, buffers, ours - buffers, ours - theirs);
    }

    private static List<Double> rates(List<Speed> all) {
        return all.stream().map(Speed::rate).toList();
    }

    private static List<Double> firsts(List<Speed> all) {
        return all.stream().map(Speed::first).toList();
    }

    private static void rate(String what, List<Double> ours, List<Double> theirs, String aim) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(ours.get(i) / theirs.get(i));
        }
        System.out.printf(
                "%s: %.1f ÷ %.1f tok/s = %.3f, of rounds %.3f to %.3f (median %.3f)%s%n",
                what,
                median(ours),
                median(theirs),
                median(ours) / median(theirs),
                Collections.min(ratios),
                Collections.max(ratios),
                median(ratios),
                aim.isEmpty() ? "" : " (aim " + aim + ")");
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Of another beginning each time: nobody has computed it before. */
    private static String prompt(int round) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < PROMPT_WORDS; i++) {
            words.add(WORDS.get((round * 7 + i * (1 + round % 4)) % WORDS.size()));
        }
        return String.join(" ", words);
    }

    private Speed overHttp(PackagedPod pod, String prompt) throws Exception {
        Map<String, Object> body =
                Map.of(
                        "prompt",
                        prompt,
                        "max_tokens",
                        TOKENS,
                        "temperature",
                        0,
                        "logit_bias",
                        Map.of(Integer.toString(END_OF_TEXT), -100),
                        "stream",
                        true,
                        "stream_options",
                        Map.of("include_usage", true));
        return stream(
                pod.uri().resolve("/v1/completions"),
                body,
                "/choices/0/text",
                "/usage/completion_tokens");
    }

    private Speed overServer(LlamaServer llama, String prompt) throws Exception {
        Map<String, Object> body =
                Map.of(
                        "prompt",
                        prompt,
                        "n_predict",
                        TOKENS,
                        "temperature",
                        0,
                        "top_k",
                        1,
                        "logit_bias",
                        List.of(List.of(END_OF_TEXT, -100)),
                        "cache_prompt",
                        false,
                        "stream",
                        true);
        return stream(llama.uri().resolve("completion"), body, "/content", "/tokens_predicted");
    }

    /**
     * Reads events as they come, with as little as possible: whoever asks shares the cores with who
     * answers here, and has a machine of its own elsewhere. The last event that tells a number of
     * tokens is right.
     */
    private Speed stream(URI uri, Map<String, Object> body, String text, String count)
            throws Exception {
        byte[] asked = JSON.writeValueAsBytes(body);
        Timing timing = new Timing();
        try (Socket socket = new Socket(uri.getHost(), uri.getPort());
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.UTF_8))) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                            .formatted(uri.getPath(), asked.length)
                            .getBytes(StandardCharsets.UTF_8));
            out.write(asked);
            out.flush();
            String status = lines.readLine();
            String line;
            while ((line = lines.readLine()) != null) {
                if (!line.startsWith("data: {")) {
                    continue;
                }
                if (!line.contains("\"usage\":{") && !line.contains("\"stop\":true")) {
                    timing.token();
                    continue;
                }
                JsonNode event = JSON.readTree(line.substring("data: ".length()));
                int tokens = event.at(count).asInt();
                if (!status.contains(" 200 ") || tokens != TOKENS) {
                    throw new IOException(
                            "%s says %s, %d tokens: %s"
                                    .formatted(uri, status, tokens, event.at(text)));
                }
                return new Speed(timing.firstSeconds(), timing.perSecond(tokens));
            }
            throw new IOException("%s says %s, and no number of tokens".formatted(uri, status));
        }
    }

    private double llamaBench() throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-m", "/work/" + MODEL, "-o", "json"));
        arguments.addAll(List.of("-t", Integer.toString(threads), "-p", "0", "-r", "1"));
        arguments.addAll(List.of("-n", Integer.toString(TOKENS)));
        Process process =
                llamaCpp.tool("llama-bench", arguments)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        JsonNode told = JSON.readTree(process.getInputStream());
        process.waitFor();
        return told.at("/0/avg_ts").asDouble();
    }

    /** {@link DirectEngine}, in a JVM with the image's flags as far as they matter here. */
    private final class Direct implements AutoCloseable {
        private final Process process;
        private final BufferedReader said;

        Direct() throws IOException {
            process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:+UseSerialGC",
                                    "-Xmx48m",
                                    "-XX:TieredStopAtLevel=1",
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-Dde.kherud.llama.tmpdir="
                                            + Files.createDirectory(work.resolve("direct")),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    DirectEngine.class.getName(),
                                    model.toString(),
                                    Integer.toString(CONTEXT),
                                    Integer.toString(threads),
                                    Integer.toString(BATCH),
                                    Integer.toString(TOKENS),
                                    Integer.toString(END_OF_TEXT))
                            .redirectError(work.resolve("direct.err").toFile())
                            .start();
            said =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8));
            told();
        }

        private String told() throws IOException {
            String line;
            while ((line = said.readLine()) != null) {
                if (line.startsWith(DirectEngine.TOLD)) {
                    return line.substring(DirectEngine.TOLD.length());
                }
            }
            throw new IOException("the engine has ended");
        }

        Speed ask(String prompt) throws IOException {
            process.getOutputStream().write((prompt + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            String[] both = told().split(" ", 2);
            return new Speed(Double.parseDouble(both[0]), Double.parseDouble(both[1]));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
