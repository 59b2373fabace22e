package io.brainmatrix.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.pod.engine.GgufMutation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * R11 through whole pods: models with damaged fields, each looked at by the check; those that it
 * lets through and some of those that it refuses are given to a pod of their own, which serves them
 * or ends with a code that is documented for it. {@code -Dbrainmatrix.gguf.starts=3000} asks for
 * more, {@code -Dbrainmatrix.seed=2} for others.
 */
class MutatedStartsTest {
    private static final int FILES = Integer.getInteger("brainmatrix.gguf.starts", 300);
    private static final long SEED = Long.getLong("brainmatrix.seed", 1);

    /** Of those that are refused, as many are given to a pod. */
    private static final int REFUSED = Math.min(100, FILES / 15);

    private static final int AT_ONCE = 2;

    /** Beside serving, what a file that the check lets through may come to. */
    private static final List<ExitCode> ENDS =
            List.of(ExitCode.EngineFault, ExitCode.OverBudget, ExitCode.Configuration);

    @TempDir Path folder;

    @Test
    void eachIsServedOrEndsAsDocumented() throws Exception {
        Path whole = folder.resolve("whole.gguf");
        ModelFile.write(whole, ModelSpec.tinyChain(), done -> {});
        byte[] valid = Files.readAllBytes(whole);
        Random random = new Random(SEED);
        List<Callable<String>> starts = new ArrayList<>();
        int refused = 0;
        int accepted = 0;
        for (int i = 0; i < FILES; i++) {
            byte[] mutated = GgufMutation.of(valid, random);
            Path own = Files.createDirectory(folder.resolve("start-" + i));
            Path file = own.resolve("mutated.gguf");
            Files.write(file, mutated);
            boolean passes = accepted(file);
            if (passes || refused++ < REFUSED) {
                starts.add(
                        () -> {
                            String outcome = outcome(own, file, passes);
                            delete(own);
                            return outcome;
                        });
                accepted += passes ? 1 : 0;
            } else {
                Files.delete(file);
            }
        }
        Map<String, Integer> outcomes = new TreeMap<>();
        try (var pods = Executors.newFixedThreadPool(AT_ONCE)) {
            for (Future<String> start : pods.invokeAll(starts)) {
                outcomes.merge(start.get(), 1, Integer::sum);
            }
        }

        System.out.printf(
                "STARTS seed %d, %d files, %d accepted, %d pods: %s%n",
                SEED, FILES, accepted, starts.size(), outcomes);
        assertThat(outcomes).containsKeys("served", "refused with 13");
        assertThat(accepted).isGreaterThan(FILES / 20);
    }

    private static boolean accepted(Path file) throws IOException {
        try {
            GgufFile.read(file);
            return true;
        } catch (GgufException e) {
            return false;
        }
    }

    private static String outcome(Path own, Path file, boolean passes) throws Exception {
        try (PodProcess pod = PodProcess.started(own, PodProcess.Options.usual().of(file))) {
            if (pod.servesOrEnds()) {
                assertThat(passes).as("%s is served though refused", file).isTrue();
                assertThat(pod.get("/status").statusCode()).isEqualTo(200);
                return "served";
            }
            int code = pod.exitCode();
            JsonNode told =
                    new ObjectMapper().readTree(Files.readString(pod.file("termination-log")));
            assertThat(told.path("exitCode").asInt())
                    .as("%s: %s", file, Files.readString(pod.file("output.log")))
                    .isEqualTo(code);
            assertThat(told.path("message").asText()).hasSizeGreaterThan(20);
            assertThat(pod.debris()).isEmpty();
            if (passes) {
                assertThat(ENDS.stream().map(ExitCode::code))
                        .as("%s: %s", file, told)
                        .contains(code);
            } else {
                assertThat(code).as("%s: %s", file, told).isEqualTo(ExitCode.ModelInvalid.code());
            }
            return (passes ? "ended with " : "refused with ") + code;
        }
    }

    private static void delete(Path own) throws IOException {
        try (Stream<Path> all = Files.walk(own)) {
            for (Path path :
                    all.sorted(java.util.Comparator.reverseOrder()).collect(Collectors.toList())) {
                Files.delete(path);
            }
        }
    }
}
