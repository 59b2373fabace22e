package io.brainmatrix.e2e;

import java.util.stream.DoubleStream;

/** What a process answers who scrapes it, in Prometheus's text format. */
final class Scrape {
    private Scrape() {}

    /**
     * The values of all series whose lines begin so.
     *
     * @param beginning a name with a space after it, or with the first of its labels
     */
    static DoubleStream values(String scrape, String beginning) {
        return scrape.lines()
                .filter(line -> line.startsWith(beginning))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
    }
}
