package io.brainmatrix.pod.lifecycle;

import io.brainmatrix.pod.engine.Engine;
import io.brainmatrix.pod.engine.EngineLoader;
import io.brainmatrix.pod.engine.FakeEngine;
import io.brainmatrix.pod.engine.LlamaEngine;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * An engine for what llama.cpp cannot be made to do: it says a word every {@link #PACE_NANOS}, and
 * asked to {@link #HANG} it says one and never another.
 */
final class StandIn extends FakeEngine {
    static final String HANG = "hang";
    static final long PACE_NANOS = 50_000_000L;

    static EngineLoader loader() {
        return new EngineLoader() {
            @Override
            public Engine load(LlamaEngine.Settings settings) {
                return new StandIn();
            }

            @Override
            public boolean offloads() {
                return false;
            }
        };
    }

    @Override
    public Outcome generate(Request request, Predicate<String> sink) {
        for (int tokens = 1; tokens <= request.maxTokens(); tokens++) {
            LockSupport.parkNanos(PACE_NANOS);
            if (!sink.test(" word")) {
                return new Outcome(tokens, Ending.Cancelled);
            }
            while (request.prompt().equals(HANG)) {
                LockSupport.park();
            }
        }
        return new Outcome(request.maxTokens(), Ending.Length);
    }
}
