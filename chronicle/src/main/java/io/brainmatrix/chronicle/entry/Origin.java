package io.brainmatrix.chronicle.entry;

/**
 * The instance that an entry is about.
 *
 * @param matrixUid a matrix made anew under an old name is another one
 */
public record Origin(String namespace, String matrix, String matrixUid, String instance) {}
