package io.brainmatrix.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.OomKills;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OomWatchTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir private Path folder = Path.of("");

    @Test
    void tellsWhenTheCountGrewAndNotWhatWasBefore() throws IOException {
        NodeFiles node = NodeFiles.below(folder);
        OomWatch watch = new OomWatch(node.proc());

        count(node, 7);
        watch.look(START);
        assertThat(watch.kills()).isEqualTo(new OomKills(7L, List.of()));

        watch.look(START.plusSeconds(1));
        count(node, 9);
        watch.look(START.plusSeconds(2));
        watch.look(START.plusSeconds(3));
        count(node, 10);
        watch.look(START.plusSeconds(4));

        assertThat(watch.kills())
                .isEqualTo(new OomKills(10L, List.of(START.plusSeconds(4), START.plusSeconds(2))));
    }

    @Test
    void keepsTheLatestOnly() throws IOException {
        NodeFiles node = NodeFiles.below(folder);
        OomWatch watch = new OomWatch(node.proc());
        for (int i = 0; i < 20; i++) {
            count(node, i);
            watch.look(START.plusSeconds(i));
        }

        List<Instant> recent = Objects.requireNonNull(watch.kills()).recent();
        assertThat(recent).hasSize(OomKills.RECENT_MAX);
        assertThat(recent.getFirst()).isEqualTo(START.plusSeconds(19));
    }

    @Test
    void isAbsentWhereTheKernelDoesNotCount() throws IOException {
        OomWatch watch = new OomWatch(NodeFiles.below(folder).proc());

        watch.look(START);

        assertThat(watch.kills()).isNull();
    }

    private static void count(NodeFiles node, int kills) throws IOException {
        node.write("vmstat", "pswpin 0\npswpout 0\noom_kill %d\n".formatted(kills));
    }
}
