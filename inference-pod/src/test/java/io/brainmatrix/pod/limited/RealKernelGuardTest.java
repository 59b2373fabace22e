package io.brainmatrix.pod.limited;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.memory.MemInfo;
import io.brainmatrix.memory.OomKillCount;
import io.brainmatrix.memory.footprint.CacheType;
import io.brainmatrix.memory.footprint.EngineSettings;
import io.brainmatrix.memory.footprint.Footprint;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged pod and its guard on a real kernel of the kind that JetPack 6 has: cgroup version 2
 * alone, and {@code memory.oom.group}, which the kubelet sets, so that the kernel kills all of a
 * container at once. Wants a small virtual machine: {@code scripts/kernel-tests}.
 */
@Tag("kernel")
class RealKernelGuardTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MIB = 1 << 20;
    private static final long PAGE = 4096;
    private static final Path PROC = Path.of("/proc");

    /** An emulated machine is slow. */
    private static final Duration SOON = Duration.ofMinutes(2);

    /** In which a pod has room for more. */
    private static final Set<String> FED = Set.of("Loading", "Verifying", "Serving");

    private static final Duration UNSEEN = Duration.ofSeconds(5);

    /** Beyond the footprint of the tiny model and its margin. */
    private static final String HUNGER = "400";

    @TempDir Path folder;

    private long predicted;

    private LimitedPod pod(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        Arrays.asList(
                                JSON.readValue(
                                        Files.readString(Path.of("entrypoint")), String[].class)));
        command.addAll(List.of(arguments));
        Path model = folder.resolve("chain.gguf");
        ModelFile.write(model, ModelSpec.tinyChain(), done -> {});
        EngineSettings engine = new EngineSettings(512, 1, 64, CacheType.F16, CacheType.F16, false);
        Footprint footprint = Footprint.predict(GgufFile.read(model), engine);
        predicted = footprint.predicted();
        long budget = (footprint.required() + PAGE - 1) / PAGE * PAGE;
        OwnCgroup cgroup = OwnCgroup.make(budget);
        cgroup.write("memory.oom.group", "1");
        return new LimitedPod(
                command,
                Files.createDirectory(folder.resolve("pod")),
                cgroup,
                new LimitedPod.Life(model, engine, 64, predicted, budget, 64 * MIB));
    }

    /** Takes in the pod's cgroup what memory is written to it: it waits for the end of a line. */
    private static Process hog(LimitedPod pod) throws IOException {
        List<String> command = new ArrayList<>(pod.cgroup().into());
        command.addAll(List.of("tail", "-n", "1"));
        return new ProcessBuilder(command).start();
    }

    /**
     * Lets one take memory bit by bit, the next when the guard has looked at the one before: an
     * emulated machine may be too slow for a guard that is in time on any other.
     *
     * @param bit that makes it take some
     * @param enough ends it, as does the pod's own end
     */
    private static void feed(
            OutputStream eater, byte[] bit, LimitedPod pod, Predicate<JsonNode> enough)
            throws Exception {
        long before = 0;
        long fed = System.nanoTime();
        while (pod.process().isAlive()) {
            try {
                JsonNode status = status(pod);
                if (enough.test(status) || ends(status)) {
                    return;
                }
                long used = status.path("used").asLong();
                // What the pod itself gives back meanwhile may hide a bit.
                boolean unseen = System.nanoTime() - fed > UNSEEN.toNanos();
                if (used >= before + MIB / 2 || unseen) {
                    before = used;
                    fed = System.nanoTime();
                    eater.write(bit);
                    eater.flush();
                }
            } catch (IOException e) {
                // One of them is ending; what it ends with is judged by who asked for this.
                pod.process().waitFor(SOON.toSeconds(), TimeUnit.SECONDS);
                return;
            }
        }
    }

    /** Bytes, by the newest sample in its black box. */
    private static long lastUsed(LimitedPod pod) throws IOException {
        return JSON.readTree(pod.terminationMessage())
                .path("lastSamples")
                .path(0)
                .path("used")
                .asLong();
    }

    /** Whether its guard has decided: an emulated machine takes its time to follow. */
    private static boolean ends(JsonNode status) {
        return status.path("rung").asText().equals("End")
                || !FED.contains(status.path("phase").asText());
    }

    /** As fast as it takes it. */
    private static void stuff(Process hog) {
        try (OutputStream eater = hog.getOutputStream()) {
            while (true) {
                eater.write(new byte[(int) MIB]);
            }
        } catch (IOException e) {
            // It has been killed.
        }
    }

    private static JsonNode status(LimitedPod pod) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return JSON.readTree(
                    client.send(
                                    HttpRequest.newBuilder(pod.server().resolve("/status")).build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body());
        }
    }

    /** Has the kernel take some pages from it; bytes that it says it has in swap then. */
    private static long swapOut(LimitedPod pod) throws Exception {
        try {
            pod.cgroup().write("memory.reclaim", Long.toString(8 * MIB));
        } catch (IOException e) {
            // It could take fewer: files go first.
        }
        return status(pod).path("swap").path("used").asLong();
    }

    private static void ends(LimitedPod pod, int exitCode) throws Exception {
        assertThat(pod.process().waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(pod.process().exitValue()).as(pod.log()).isEqualTo(exitCode);
    }

    private static long event(LimitedPod pod, String name) throws IOException {
        return pod.cgroup()
                .read("memory.events")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theLimitIsReadBackAndTheGuardEndsAServedModelBeforeTheKernelDoes() throws Exception {
        try (LimitedPod pod = pod()) {
            assertThat(pod.serves()).as(pod.log()).isTrue();
            JsonNode status = status(pod);
            long limit = Long.parseLong(pod.cgroup().read("memory.max"));
            long mostCharged = Long.parseLong(pod.cgroup().read("memory.peak"));
            assertThat(status.path("limit").asLong()).isEqualTo(limit);
            assertThat(status.path("predicted").asLong()).isEqualTo(predicted);
            assertThat(status.path("used").asLong()).isBetween(predicted / 2, predicted);
            // The kernel counts page cache and its own share too.
            assertThat(status.path("peak").asLong())
                    .isBetween(status.path("used").asLong(), mostCharged);

            Process hog = hog(pod);
            feed(hog.getOutputStream(), new byte[(int) (2 * MIB)], pod, told -> false);

            ends(pod, 31);
            hog.destroyForcibly();
            assertThat(event(pod, "oom_kill")).isZero();
            JsonNode left = JSON.readTree(pod.terminationMessage());
            assertThat(left.path("reason").asText()).isEqualTo("GuardEnded");
            assertThat(left.path("exitCode").asInt()).isEqualTo(31);
            assertThat(left.path("used").asLong()).isBetween(predicted, limit);
        }
    }

    @Test
    void whatComesBackFromSwapIsSeenAndClimbsTheLadder() throws Exception {
        try (LimitedPod pod = pod()) {
            assertThat(pod.serves()).as(pod.log()).isTrue();
            assertThat(status(pod).has("swap")).as("it may not swap").isFalse();
            pod.cgroup().write("memory.swap.max", "max");
            await().atMost(SOON).until(() -> swapOut(pod) > 16 * MIB);

            try (HttpClient client = HttpClient.newHttpClient()) {
                CompletableFuture<HttpResponse<String>> answer =
                        client.sendAsync(
                                HttpRequest.newBuilder(pod.server().resolve("/v1/completions"))
                                        .POST(
                                                HttpRequest.BodyPublishers.ofString(
                                                        "{\"prompt\": \"the quick\", \"max_tokens\": 2}"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());

                await().atMost(SOON)
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> !status(pod).path("rung").asText().equals("Free"));
                assertThat(status(pod).path("swap").path("inPerSecond").asLong()).isPositive();
                assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).body())
                        .contains("brown fox");
            }
        }
    }

    @Test
    void theKernelTakesAllOfAnUnguardedPodAndTheBlackBoxTellsThePhase() throws Exception {
        try (LimitedPod pod = pod("unguarded")) {
            assertThat(pod.serves()).as(pod.log()).isTrue();
            await().atMost(SOON)
                    .until(() -> pod.terminationMessage().contains("\"phase\":\"Serving\""));
            long more = status(pod).path("used").asLong() + 16 * MIB;
            Process hog = hog(pod);
            feed(
                    hog.getOutputStream(),
                    new byte[(int) (2 * MIB)],
                    pod,
                    told -> told.path("used").asLong() >= more);
            await().atMost(SOON).until(() -> lastUsed(pod) >= more);

            stuff(hog);

            ends(pod, 137);
            assertThat(hog.waitFor()).as("the hog goes with it").isEqualTo(137);
            assertThat(event(pod, "oom_group_kill")).isPositive();
            assertThat(event(pod, "oom_kill")).isGreaterThanOrEqualTo(2);
            JsonNode left = JSON.readTree(pod.terminationMessage());
            assertThat(left.path("phase").asText()).isEqualTo("Serving");
            assertThat(left.has("reason")).as("nobody was asked").isFalse();
            assertThat(lastUsed(pod)).as("the ramp is in it").isGreaterThanOrEqualTo(more);
        }
    }

    /**
     * What tells that the node ran out: a kill that the agent counts, of one that by its own last
     * looks was far from its limit. RecordedEndsTest has what was left by one run of this.
     */
    @Test
    void theVictimOfANodeThatRanOutWasFarFromItsOwnLimit() throws Exception {
        try (LimitedPod pod = pod("unguarded")) {
            assertThat(pod.serves()).as(pod.log()).isTrue();
            await().atMost(SOON)
                    .until(() -> pod.terminationMessage().contains("\"phase\":\"Serving\""));
            long counted = OomKillCount.read(PROC).orElseThrow();
            spare(ProcessHandle.current().pid(), -1000);
            spare(pod.process().pid(), 1000);

            // Outside of the pod's cgroup, all but what the kernel lets nobody ask for.
            MemInfo node = MemInfo.read(PROC);
            long more = node.total() + node.swapTotal().orElse(0) - 32 * MIB;
            Process hog =
                    new ProcessBuilder(
                                    "sh",
                                    "-c",
                                    "echo 0 >/proc/$$/oom_score_adj && exec dd if=/dev/zero of=/dev/null count=1 bs="
                                            + more)
                            .redirectErrorStream(true)
                            .start();

            String told = new String(hog.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(hog.waitFor()).as("the hog goes after it: " + told).isEqualTo(137);
            ends(pod, 137);
            assertThat(OomKillCount.read(PROC).orElseThrow()).isGreaterThan(counted);
            assertThat(event(pod, "oom")).as("its own limit had no part in it").isZero();
            System.out.println("of a node that ran out: " + pod.terminationMessage());
            JsonNode left = JSON.readTree(pod.terminationMessage());
            assertThat(left.path("phase").asText()).isEqualTo("Serving");
            assertThat(left.has("reason")).as("nobody was asked").isFalse();
            assertThat(left.path("lastSamples"))
                    .isNotEmpty()
                    .allSatisfy(
                            look ->
                                    assertThat(look.path("used").asLong())
                                            .isPositive()
                                            .isLessThan(left.path("limit").asLong() * 9 / 10));
        } finally {
            spare(ProcessHandle.current().pid(), 0);
        }
    }

    /** How soon the kernel takes a process when the node runs out: 1000 first, -1000 never. */
    private static void spare(long pid, int adjustment) throws IOException {
        Files.writeString(
                PROC.resolve(Long.toString(pid)).resolve("oom_score_adj"),
                Integer.toString(adjustment));
    }

    @Test
    void aLoadThatWasPredictedTooSmallIsEndedByTheGuard() throws Exception {
        try (LimitedPod pod = pod(HUNGER)) {
            await().atMost(SOON)
                    .ignoreException(ConnectException.class)
                    .until(() -> status(pod).path("phase").asText().equals("Loading"));
            feed(pod.process().getOutputStream(), new byte[2], pod, told -> false);

            ends(pod, 30);

            assertThat(event(pod, "oom_kill")).isZero();
            JsonNode left = JSON.readTree(pod.terminationMessage());
            assertThat(left.path("phase").asText()).isEqualTo("Loading");
            assertThat(left.path("reason").asText()).isEqualTo("LoadAborted");
        }
    }

    @Test
    void withoutAGuardTheKernelEndsTheLoadAndTheBlackBoxTellsThePhase() throws Exception {
        try (LimitedPod pod = pod("unguarded", HUNGER)) {
            pod.process().getOutputStream().close();

            ends(pod, 137);

            assertThat(event(pod, "oom_group_kill")).isPositive();
            JsonNode left = JSON.readTree(pod.terminationMessage());
            assertThat(left.path("phase").asText()).isEqualTo("Loading");
            assertThat(left.has("exitCode")).isFalse();
        }
    }
}
