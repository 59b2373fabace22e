package io.brainmatrix.pod.mind;

/**
 * A thought that is under way, for whoever finds what a life that was killed has left.
 *
 * @param number from 1 in each life
 * @param seed that it is drawn with
 * @param text its beginning; not made plain
 */
public record Unfinished(long number, int seed, String text) {}
