package io.brainmatrix.pod.http;

import io.brainmatrix.memory.gguf.GgufException;
import io.brainmatrix.memory.gguf.GgufFile;
import io.brainmatrix.modelgenerator.ModelFile;
import io.brainmatrix.modelgenerator.ModelSpec;
import io.brainmatrix.pod.engine.Desk;
import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.EngineException;
import io.brainmatrix.pod.engine.LlamaEngine;
import io.brainmatrix.pod.lifecycle.Phase;
import io.brainmatrix.pod.memory.Rung;
import io.brainmatrix.pod.telemetry.PodMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A generated model in the real engine, loaded once for all tests of this JVM: the library frees
 * nothing, and its folder must outlive each test's own.
 *
 * @param log what the engine wrote
 */
record TestModel(Engine engine, int vocabulary, Path log) {
    static final int SLOTS = 2;

    /** Tokens that a request may have, its answer included. */
    static final int CONTEXT = 512;

    static final String NAME = "test";

    private static final Path FOLDER = folder();

    private static final class Chain {
        private static final TestModel MODEL = load("chain", ModelSpec.tinyChain());
    }

    private static final class Random {
        private static final TestModel MODEL =
                load("random", ModelSpec.ofSize(ModelSpec.Mode.RANDOM, 1, 1));
    }

    /** Says its text over and over. */
    static TestModel chain() {
        return Chain.MODEL;
    }

    /** Says anything. */
    static TestModel random() {
        return Random.MODEL;
    }

    private static Path folder() {
        try {
            Path folder = Path.of("target", "test-models").toAbsolutePath();
            System.setProperty(
                    "de.kherud.llama.tmpdir",
                    Files.createDirectories(folder.resolve("scratch")).toString());
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException("no folder for models", e);
        }
    }

    private static TestModel load(String name, ModelSpec spec) {
        try {
            Path model = FOLDER.resolve(name + ".gguf");
            Path log = FOLDER.resolve(name + ".log");
            ModelFile.write(model, spec, done -> {});
            Engine engine =
                    LlamaEngine.load(
                            new LlamaEngine.Settings(
                                    model,
                                    CONTEXT * SLOTS,
                                    1,
                                    SLOTS,
                                    64,
                                    "f16",
                                    "f16",
                                    false,
                                    0,
                                    true,
                                    log));
            return new TestModel(engine, Math.toIntExact(GgufFile.read(model).vocabulary()), log);
        } catch (IOException | EngineException | GgufException e) {
            throw new IllegalStateException("the generated model does not load", e);
        }
    }

    Desk desk() {
        return new Desk(engine, SLOTS, Duration.ofMinutes(1), () -> Rung.Free, System::nanoTime);
    }

    /** A server before it, at any port. */
    PodServer serve(Desk desk, Path token) throws IOException {
        return serve(desk, token, () -> Rung.Free, Clock.systemUTC());
    }

    PodServer serve(Desk desk, Path token, Supplier<Rung> rung, Clock clock) throws IOException {
        return PodServer.start(
                new InetSocketAddress(0),
                new PodServer.Parts(
                        () -> Phase.Serving,
                        CompletableFuture.completedFuture(null),
                        rung,
                        () -> "{}",
                        () -> Optional.of(desk),
                        NAME,
                        CONTEXT,
                        () -> vocabulary,
                        clock,
                        new PodMetrics(List.of(), Path.of("/proc")),
                        new ApiToken(token, System::nanoTime),
                        new Connections(Path.of("/proc"), System::nanoTime)));
    }
}
