package io.brainmatrix.pod.mind;

import java.util.OptionalDouble;

/**
 * What a mind has done so far in this life, and what waits.
 *
 * @param thoughts whole ones
 * @param promptTokens of their prompts
 * @param tokens that were thought
 * @param told thoughts that the chronicle has
 * @param refused that it will never take
 * @param failures times that telling failed and was put off
 * @param spooled that wait to be told
 * @param dropped that went untold because too many waited
 * @param lastMinute thoughts in the last minute
 * @param deathsSeen deaths of those watched that whole thoughts were told of
 * @param seen entries that came of those watched
 * @param feedBreaks times that the feed broke off
 * @param waiting entries of those watched that no prompt has told yet
 * @param oldestSeconds how long the oldest of these has waited; empty when none does
 */
public record MindCount(
        long thoughts,
        long promptTokens,
        long tokens,
        long told,
        long refused,
        long failures,
        long spooled,
        long dropped,
        int lastMinute,
        long deathsSeen,
        long seen,
        long feedBreaks,
        long waiting,
        OptionalDouble oldestSeconds) {}
