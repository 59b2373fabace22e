package io.brainmatrix.chronicle.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    @TempDir Path directory;

    private static byte[] line(int number, int length) {
        return (number + " " + "x".repeat(length)).getBytes(StandardCharsets.UTF_8);
    }

    /** Takes all that is there, in portions; the numbers that the lines begin with. */
    private static List<Integer> drain(Spool spool) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        Spool.Batch batch = spool.next(7, 1 << 16);
        while (!batch.lines().isEmpty()) {
            for (byte[] line : batch.lines()) {
                String text = new String(line, StandardCharsets.UTF_8);
                numbers.add(Integer.parseInt(text.substring(0, text.indexOf(' '))));
            }
            spool.taken(batch);
            batch = spool.next(7, 1 << 16);
        }
        return numbers;
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void linesComeInOrderAcrossSegmentsAndLeaveNoFile() throws IOException {
        Spool spool = new Spool(directory, 1 << 30);
        for (int i = 1; i <= 300; i++) {
            spool.add(line(i, 20_000));
        }
        assertThat(spool.size()).isEqualTo(300);
        assertThat(drain(spool)).isEqualTo(numbers(1, 300));
        assertThat(spool.size()).isZero();
        assertThat(spool.bytes()).isZero();
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
        spool.add(line(301, 1));
        assertThat(drain(spool)).containsExactly(301);
    }

    @Test
    void theOldestGoWhenTheBoundIsExceededAndAreCounted() throws IOException {
        Spool spool = new Spool(directory, 3 << 20);
        for (int i = 1; i <= 500; i++) {
            spool.add(line(i, 20_000));
            assertThat(spool.bytes()).isLessThanOrEqualTo(3 << 20);
        }
        int dropped = (int) spool.dropped();
        assertThat(dropped).isPositive();
        assertThat(drain(spool)).isEqualTo(numbers(dropped + 1, 500));
    }

    @Test
    void whatAProcessLeftItsNextOneFinds() throws IOException {
        Spool spool = new Spool(directory, 1 << 30);
        for (int i = 1; i <= 200; i++) {
            spool.add(line(i, 20_000));
        }
        spool.taken(spool.next(60, 1 << 30));
        Spool next = new Spool(directory, 1 << 30);
        next.add(line(201, 1));
        List<Integer> found = drain(next);
        assertThat(found).isSorted().endsWith(199, 200, 201).containsAll(numbers(61, 201));
    }

    @Test
    void halfALineIsNone() throws IOException {
        Spool spool = new Spool(directory, 1 << 30);
        spool.add(line(1, 10));
        try (Stream<Path> files = Files.list(directory)) {
            Files.writeString(files.findFirst().orElseThrow(), "2 half", StandardOpenOption.APPEND);
        }
        Spool next = new Spool(directory, 1 << 30);
        next.add(line(3, 10));
        assertThat(drain(next)).containsExactly(1, 3);
    }

    @Test
    void aBatchThatWasDroppedMeanwhileTakesNothingElse() throws IOException {
        Spool spool = new Spool(directory, 1 << 20);
        spool.add(line(1, 10));
        Spool.Batch batch = spool.next(1, 1 << 20);
        for (int i = 2; i <= 200; i++) {
            spool.add(line(i, 20_000));
        }
        int before = spool.size();
        spool.taken(batch);
        assertThat(spool.size()).isEqualTo(before);
    }
}
