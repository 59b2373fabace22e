package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScrapeTest {
    private static final String SCRAPE =
            """
            # HELP entries_total Entries.
            entries_total{outcome="Taken",} 3.0
            entries_total{outcome="Dropped",} 1.0
            entries 41.0
            entries_max 50.0
            """;

    @Test
    void readsTheSeriesThatBeginSo() {
        assertThat(Scrape.values(SCRAPE, "entries ")).containsExactly(41.0);
        assertThat(Scrape.values(SCRAPE, "entries_total{").sum()).isEqualTo(4);
        assertThat(Scrape.values(SCRAPE, "nothing ")).isEmpty();
    }
}
