package io.brainmatrix.memory.footprint;

/**
 * One cache for several slots. llama.cpp b4916 puts the tokens of a computation into cells in a
 * row, and fails the request when it finds no row that is long enough, however many cells are free.
 * Slots that generate side by side take their cells by turns, so what one of them gives free is
 * scattered. It is moved together only after a computation that left more than a part of the cache
 * scattered, and never while less than 2,048 cells are in use: the first computation of a prompt
 * must find its row beside both.
 */
public final class SharedCache {
    /**
     * Part of the used cache that may lie scattered before it is moved together; llama.cpp's own
     * default is 0.1.
     */
    public static final float SCATTERED = 0.05f;

    /** Tokens of one computation with several slots: so long a row is kept free for it. */
    private static final int ROW = 128;

    /** {@code llama_context::decode} moves nothing together below. */
    private static final int LEFT_SCATTERED = 2048;

    /** What {@code llama_kv_cache} rounds the end of its used part up to. */
    private static final int ROUNDED = 32;

    private SharedCache() {}

    /** Prompt tokens in one computation: as many as are asked for, and a row at most. */
    public static int batchSize(int parallel, int batchSize) {
        return parallel == 1 ? batchSize : Math.min(batchSize, ROW);
    }

    /**
     * Cells to ask for, so that all slots can be full.
     *
     * @param contextLength tokens over all slots
     */
    public static int cells(int contextLength, int parallel, int batchSize) {
        if (parallel == 1) {
            return contextLength;
        }
        int row = batchSize(parallel, batchSize) + ROUNDED;
        int shared = (int) Math.ceil((contextLength + row) / (1 - SCATTERED));
        return Math.max(shared, LEFT_SCATTERED + row);
    }
}
