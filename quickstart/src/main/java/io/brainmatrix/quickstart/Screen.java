package io.brainmatrix.quickstart;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A terminal with lines that scroll and a block below them that is drawn anew. What is no terminal
 * gets the lines alone.
 */
final class Screen implements AutoCloseable {
    private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** The usual one, where nobody says. */
    private static final int COLUMNS = 100;

    private static final String CLEAR_BELOW = "\033[J";

    private final PrintStream out;
    private final int columns;
    private final Supplier<List<String>> nothing = List::of;
    private volatile Supplier<List<String>> block = nothing;
    private volatile boolean closed;
    private int drawn;

    /**
     * A screen.
     *
     * @param terminal whether it understands escape sequences
     * @param columns as the environment tells them; empty when it does not
     */
    Screen(PrintStream out, boolean terminal, String columns) {
        this.out = out;
        this.columns = columns.matches("\\d{2,4}") ? Integer.parseInt(columns) - 1 : COLUMNS;
        if (terminal) {
            Thread.ofPlatform().name("screen").daemon().start(this::redraw);
        }
    }

    int columns() {
        return columns;
    }

    /** What the block shows from now on; asked for several times a second, on another thread. */
    void show(Supplier<List<String>> lines) {
        block = lines;
    }

    /** A line that stays. */
    synchronized void line(String text) {
        erase();
        out.println(text);
        out.flush();
    }

    private void redraw() {
        while (!closed) {
            try {
                draw(block.get());
            } catch (RuntimeException e) {
                erase(); // what is looked at may end at any moment
            }
            LockSupport.parkNanos(REDRAW_NANOS);
        }
    }

    private synchronized void draw(List<String> lines) {
        if (closed) {
            return;
        }
        erase();
        lines.forEach(out::println);
        drawn = lines.size();
        out.flush();
    }

    private synchronized void erase() {
        if (drawn > 0) {
            out.print("\033[" + drawn + "A\r" + CLEAR_BELOW);
            drawn = 0;
        }
    }

    /** Leaves the lines, without the block. */
    @Override
    public synchronized void close() {
        closed = true;
        block = nothing;
        erase();
        out.flush();
    }
}
