package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table at the end of {@code make test} and of CI. */
class TimingsTest {
    @TempDir private Path root = Path.of("");
    private Path stages = Path.of("");
    private Path since = Path.of("");

    @BeforeEach
    void aRun() throws IOException {
        Files.createDirectories(root.resolve(".ci"));
        Files.writeString(
                root.resolve(".ci/minutes"), "# a comment\nunit 9\ncluster 0.5\nall 40\nsoak 1\n");
        stages =
                Files.writeString(
                        root.resolve("stages"), "unit 301\nsoak 200 beside\ncluster 45\n");
        since = Files.writeString(root.resolve("since"), "");
        report("operator", "io.example.OldTest", "900.0", 9);
        Files.setLastModifiedTime(since, FileTime.from(Instant.now().minusSeconds(60)));
        Files.setLastModifiedTime(
                root.resolve("operator/target/surefire-reports/TEST-io.example.OldTest.xml"),
                FileTime.from(Instant.now().minusSeconds(120)));
        report("operator", "io.example.QuickTest", "0.5", 40);
        report("e2e", "io.example.SlowE2E", "1,203.25", 2);
    }

    private void report(String module, String name, String time, int tests) throws IOException {
        Path folder =
                Files.createDirectories(root.resolve(module).resolve("target/surefire-reports"));
        Files.writeString(
                folder.resolve("TEST-" + name + ".xml"),
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite xmlns:xsi="x" version="3.0.2" name="%s" time="%s" tests="%d" errors="0">
                  <testcase name="one" time="0.1"/>
                </testsuite>
                """
                        .formatted(name, time, tests));
    }

    private Script timings() {
        return Script.run(
                "env",
                "BRAINMATRIX_TIMINGS_ROOT=" + root,
                "scripts/timings",
                stages.toString(),
                since.toString());
    }

    @Test
    void putsWhatWasDeclaredBesideWhatItTook() {
        assertThat(timings().output().replaceAll(" +", " "))
                .isEqualTo(
                        """

                        suite declared took
                        unit 540 s 301 s
                        soak 60 s 200 s beside others longer than declared
                        cluster 30 s 45 s longer than declared
                        total 570 s 346 s of 2400 s that all of CI may take

                        module tests took
                        e2e 2 1203 s
                        operator 40 0 s

                        slowest
                         1203.2 s io.example.SlowE2E
                         0.5 s io.example.QuickTest
                        """);
    }

    @Test
    void aReportThatCannotBeReadIsAnError() throws IOException {
        Files.writeString(
                root.resolve("e2e/target/surefire-reports/TEST-io.example.CutOff.xml"), "<?xml");

        assertThat(timings().status()).isEqualTo(1);
        assertThat(timings().output()).contains("cannot read", "CutOff");
    }

    @Test
    void everySuiteThatCiRunsIsDeclared() throws IOException {
        String minutes = Files.readString(Cluster.ROOT.resolve(".ci/minutes"));
        String scripts = "";
        for (String script : List.of(".ci/run", ".ci/beside", "scripts/test")) {
            scripts += Files.readString(Cluster.ROOT.resolve(script));
        }
        assertThat(
                        Pattern.compile("(?m)^ *(?:BUILT=1 )?stage ([a-z0-9-]+) ")
                                .matcher(scripts)
                                .results())
                .map(stage -> stage.group(1))
                .filteredOn(suite -> !suite.equals("-"))
                .hasSize(9)
                .allSatisfy(suite -> assertThat(minutes).containsPattern("(?m)^" + suite + " "));
    }
}
