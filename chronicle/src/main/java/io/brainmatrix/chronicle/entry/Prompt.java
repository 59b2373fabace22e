package io.brainmatrix.chronicle.entry;

/**
 * A prompt as it was sent.
 *
 * @param sha256 of the token ids that the engine got, in hexadecimal; the writer says how it counts
 */
public record Prompt(String text, String sha256) {}
