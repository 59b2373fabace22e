package io.brainmatrix.operator.herald;

/**
 * One thing that happened, as the chronicle takes it.
 *
 * @param key what tells it from all others of its matrix: instance, life, kind, number
 * @param json the entry in one line, {@code docs/api/chronicle.md}; the same whenever it is made
 *     anew of the same status
 */
public record Tiding(String key, String json) {}
