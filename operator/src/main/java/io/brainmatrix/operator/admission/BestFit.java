package io.brainmatrix.operator.admission;

import java.util.List;

/**
 * Whom of equals to let in first, so that what is let in together uses the most memory.
 *
 * <p>Equals are instances of one matrix with the same priority and depth: no rule prefers one of
 * them, and letting in the first that fits leaves up to half of a node unused. A big one fits only
 * while much is free, so a set is let in largest first.
 */
final class BestFit {
    /** Beyond this number the largest that fits goes first: 4,096 sets are looked at in no time. */
    private static final int MOST = 12;

    private BestFit() {}

    /**
     * The first of the best set.
     *
     * @param equals largest first; each fits by itself; not empty
     */
    static Candidate first(List<Candidate> equals, Room room) {
        if (equals.size() == 1 || equals.size() > MOST) {
            return equals.getFirst();
        }
        int best = 1;
        long most = 0;
        for (int set = 1; set < 1 << equals.size(); set++) {
            long sum = sum(equals, set, room);
            if (sum > most) {
                most = sum;
                best = set;
            }
        }
        return equals.get(Integer.numberOfTrailingZeros(best));
    }

    /** What a set commits; 0 when it does not fit, each with its headroom in its turn. */
    private static long sum(List<Candidate> equals, int set, Room room) {
        Room left = room;
        long sum = 0;
        for (int i = 0; i < equals.size(); i++) {
            if ((set & (1 << i)) != 0) {
                if (!left.holds(equals.get(i).needed())) {
                    return 0;
                }
                left = left.without(equals.get(i).commitment());
                sum += equals.get(i).commitment().total();
            }
        }
        return sum;
    }
}
