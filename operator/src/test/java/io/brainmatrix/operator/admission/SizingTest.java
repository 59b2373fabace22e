package io.brainmatrix.operator.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.brainmatrix.api.v1alpha1.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** docs/sizing.md has the sums that the ledger has. */
class SizingTest {
    private static final long MI = Snapshots.MI;
    private static final long GI = Snapshots.GI;

    /**
     * The kubelet's and the system's, and the eviction's threshold, as in deploy/k3s/config.yaml.
     */
    private static final long SET_APART = 2 * GI + 256 * MI;

    private static final long OTHER_PODS = GI;
    private static final long BUDGET = 7 * GI;

    private static String text() throws IOException {
        return Files.readString(
                Path.of(
                        Objects.requireNonNullElse(System.getProperty("brainmatrix.root"), ".."),
                        "docs/sizing.md"));
    }

    /** So much told by the kernel, and serving instances that use what they were promised. */
    private static NodeSnapshot node(long capacity, int instances) {
        List<Occupant> serving = new ArrayList<>();
        for (int i = 0; i < instances; i++) {
            serving.add(Snapshots.serving("n" + i, BUDGET));
        }
        long used = SET_APART - 256 * MI + OTHER_PODS / 2 + instances * BUDGET;
        return new NodeSnapshot(
                "orin",
                Snapshots.NOW,
                capacity - SET_APART,
                OTHER_PODS,
                true,
                Optional.of(
                        Snapshots.settled(
                                capacity, capacity - used, Math.max(512 * MI, capacity / 20))),
                Lane.free(),
                serving,
                List.of());
    }

    private static Ledger ledger(NodeSnapshot node) {
        return Ledger.of(node, node.reading().orElseThrow());
    }

    @Test
    void anEmptyOrinOf32GiB() throws IOException {
        Ledger empty = ledger(node(30 * GI, 0));

        assertThat(text()).contains("    " + empty.explainPromised() + "\n");
        assertThat(text())
                .contains(
                        "up to %s, headroom included: a budget of %s"
                                .formatted(
                                        Bytes.text(empty.most().memory()),
                                        Bytes.text(empty.most().memory() * 100 / 120)));
    }

    @Test
    void threeOfSevenGibibytesFitAndAFourthWaits() throws IOException {
        NodeSnapshot third = node(30 * GI, 2);
        NodeSnapshot fourth = node(30 * GI, 3);
        Candidate next = Snapshots.candidate("next", BUDGET);

        assertThat(RoomCheck.judge(third, next).passes()).isTrue();
        Verdict waits = RoomCheck.judge(fourth, next);
        assertThat(waits.passes()).isFalse();
        assertThat(text())
                .contains("leave " + Bytes.text(ledger(fourth).free()) + ";")
                .contains("    " + waits.message() + "\n");
    }

    @Test
    void anEmptyOrinOf64GiB() throws IOException {
        assertThat(text())
                .contains("settings leave " + Bytes.text(ledger(node(61 * GI, 0)).free()) + ".");
    }
}
