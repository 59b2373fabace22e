package io.brainmatrix.pod.mind;

/** Each thought has a seed of its own, which follows from the mind's, the life and its number. */
final class Seeds {
    private Seeds() {}

    /** From 0; the same for the same thought of the same life. */
    static int of(int mind, long life, long number) {
        long mixed = mix(mix(mix(mind) + life) + number); // SplitMix64, as in the JDK
        return (int) (mixed >>> 33);
    }

    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
