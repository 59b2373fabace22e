package io.brainmatrix.memory.gguf;

/**
 * A file that is no GGUF that the engine may load; the message is for people and names the field
 * and the likely cause.
 */
@SuppressWarnings("serial") // never serialized
public final class GgufException extends Exception {
    GgufException(String message) {
        super(message);
    }
}
