package io.brainmatrix.embedded.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A change of one object.
 *
 * @param version of the store once it was made
 * @param before absent of a new object
 * @param after absent of one that is gone
 */
public record Change(
        long version, Kind kind, @Nullable ObjectNode before, @Nullable ObjectNode after) {}
