package io.brainmatrix.chronicle.http;

/**
 * How many may come at once, by what the heap holds: more are turned away, or the chronicle would
 * end for want of memory, and for all of them. Pure.
 *
 * @param connections of all kinds; one more is closed at once
 * @param listeners to the feed
 * @param idle that are kept open between two requests; one more is closed after its answer
 * @param requests at once, those that listen left out
 */
public record Crowd(int connections, int listeners, int idle, int requests) {
    /**
     * What a connection in use holds: 27 KiB of buffers of the JDK's server, 10 KiB of headers as
     * characters, a thread's stack; measured, and some.
     */
    private static final long CONNECTION_BYTES = 48L << 10;

    private static final int CONNECTIONS_MAX = 8_192;

    /** A third of the heap is for them; the rest is for what they say and ask. */
    private static final int PART = 3;

    /** Of an operator, a handful of minds and who reads: whatever the heap is. */
    private static final int CONNECTIONS_MIN = 64;

    /**
     * For a heap.
     *
     * @param maxHeapBytes that it may grow to
     */
    public static Crowd of(long maxHeapBytes) {
        int connections =
                Math.clamp(
                        maxHeapBytes / PART / CONNECTION_BYTES, CONNECTIONS_MIN, CONNECTIONS_MAX);
        // Listeners and idle ones together leave room: a probe must get in.
        return new Crowd(connections, connections / 2, connections * 3 / 8, connections / 2);
    }
}
