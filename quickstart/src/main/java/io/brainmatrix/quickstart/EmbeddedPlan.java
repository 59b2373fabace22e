package io.brainmatrix.quickstart;

import io.brainmatrix.memory.footprint.CacheType;
import io.brainmatrix.memory.footprint.EngineSettings;
import io.brainmatrix.memory.footprint.Footprint;
import io.brainmatrix.memory.gguf.GgufFile;
import java.util.Optional;

/**
 * How much memory the example gets on this machine. Pure.
 *
 * @param budget bytes of one instance
 * @param needed bytes that must be available for all of it
 */
record EmbeddedPlan(long budget, long needed) {
    private static final long MIB = 1L << 20;

    /** Of the example, {@code deploy/examples/quickstart.yaml}. */
    private static final EngineSettings ENGINE =
            new EngineSettings(512, 1, 512, CacheType.F16, CacheType.F16, false);

    /** Room to be shown in, beyond what the model must have: a third. */
    private static final int ROOM = 3;

    private static final long STEP = 20 * MIB;

    /** Operator, agent and this program. */
    private static final long BESIDE = 450 * MIB;

    private static final long RESERVE_MIN = 512 * MIB;

    /**
     * The arithmetic of admission: budgets, the headroom of 20 % of the last one, and the agent's
     * default reserve.
     */
    static EmbeddedPlan of(GgufFile model, int instances, long totalMemory) {
        long required = Footprint.predict(model, ENGINE).required();
        return withRoom(required, instances, totalMemory);
    }

    /** The least that a model of a size can need, before it is generated. */
    static EmbeddedPlan atLeast(int sizeMib, int instances, long totalMemory) {
        return withRoom(sizeMib * MIB, instances, totalMemory);
    }

    private static EmbeddedPlan withRoom(long required, int instances, long totalMemory) {
        long budget = (required + required / ROOM + STEP - 1) / STEP * STEP;
        long reserve = Math.max(RESERVE_MIN, totalMemory / 20);
        return new EmbeddedPlan(budget, instances * budget + budget / 5 + reserve + BESIDE);
    }

    /** What to change when there is too little; empty when there is enough. */
    Optional<String> shortage(long available, boolean generated) {
        if (available >= needed) {
            return Optional.empty();
        }
        return Optional.of(
                "too little memory: %d MiB are available, three instances of %d MiB with their headroom and reserve need %d. Close other programs, or take a smaller model: %s"
                        .formatted(
                                available / MIB,
                                budget / MIB,
                                needed / MIB,
                                generated
                                        ? "SIZE_MB=100 make quickstart"
                                        : "MODEL=smaller.gguf make quickstart"));
    }
}
