package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapHistogramTest {
    private static final String FIRST =
            """
            4711:
             num     #instances         #bytes  class name (module)
            -------------------------------------------------------
               1:         21035        2097152  [B (java.base@25)
               2:         10000         240000  java.lang.String (java.base@25)
            Total         31035        2337152
            """;
    private static final String LATER =
            """
               1:         30000        4194304  [B (java.base@25)
               2:         10000         240000  java.lang.String (java.base@25)
               3:            64          65536  io.brainmatrix.operator.kube.NodeDesk$Made
            """;

    @Test
    void tellsWhatGrewTheMostFirst() {
        HeapHistogram first = HeapHistogram.parse(FIRST);

        assertThat(first.total()).isEqualTo(2337152);
        assertThat(HeapHistogram.parse(LATER).growthSince(first, 5))
                .isEqualTo("[B +2048 KiB, io.brainmatrix.operator.kube.NodeDesk$Made +64 KiB");
        assertThat(first.growthSince(first, 5)).isEmpty();
    }

    @Test
    void whatTheCollectorFillsGapsWithIsNoGrowth() {
        String filled =
                FIRST
                        + "   9:   40   2090000  [Ljdk.internal.vm.FillerElement; (java.base@25)\n"
                        + "  10:   40       640  jdk.internal.vm.FillerObject (java.base@25)\n";

        assertThat(HeapHistogram.parse(filled)).isEqualTo(HeapHistogram.parse(FIRST));
    }
}
