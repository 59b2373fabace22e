package io.brainmatrix.pod.engine;

/** How an engine is had. */
public interface EngineLoader {
    /**
     * Loads a model; blocks until it is loaded.
     *
     * @throws EngineException when the engine refuses it
     */
    Engine load(LlamaEngine.Settings settings) throws EngineException;

    /** Whether this engine can put layers on a GPU; asked only for an instance that wants it. */
    boolean offloads();
}
