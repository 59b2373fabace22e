package io.brainmatrix.pod.engine;

/** The native library refused a model; the message is its own reason. */
@SuppressWarnings("serial") // never serialized
public final class EngineException extends Exception {
    EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
