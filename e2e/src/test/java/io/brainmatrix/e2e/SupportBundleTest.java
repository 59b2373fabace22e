package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is left out of a support bundle, with a kubectl that says too much; KubectlE2E makes a real
 * one.
 */
class SupportBundleTest {
    @TempDir private Path folder = Path.of("");

    /** A kubectl whose answers are decided by its last words. */
    private static final String KUBECTL =
            """
            #!/bin/bash
            case "$*" in
              *version*) echo 'serverVersion: {gitVersion: v1.34.4}' ;;
              *"jsonpath={range .items[*]}{.metadata.namespace}{"*) echo brains ;;
              *"get brainmatrices -o yaml"*) cat <<'Y'
            items:
            - metadata:
                annotations:
                  kubectl.kubernetes.io/last-applied-configuration: |
                    {"spec":{"persona":"hidden-applied"}}
                name: jar
              spec:
                instances:
                - budget:
                    ram: 1Gi
                  mind:
                    persona: hidden-persona
                    systemPrompt: |-
                      hidden-line one

                      hidden-line two
                    thoughtsPerMinute: 4
                    seed: 7
                  name: subject
                - persona: hidden-first
                  name: observer
                - apiTokenSecret: hidden-token-name
                  name: god
            Y
              ;;
              *"get nodememories -o yaml"*) echo 'Error from server (Forbidden): nodememories is forbidden' >&2; exit 1 ;;
              *"{.metadata.namespace}/{.metadata.name}/"*"part-of"*|*"part-of"*) echo brainmatrix-system/op-1/operator/Running ;;
              *"-l brainmatrix.io/instance -o jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}/"*) echo brains/jar-subject-1/subject/Running ;;
              *jar-stays-2*|*jar-gone-3*) case "$*" in
                *"get pod jar-stays-2"*) printf Running ;;
                *) echo 'Error from server (NotFound): nobody answers' >&2; exit 1 ;;
              esac ;;
              *lastState*) ;;
              *" logs "*) echo 'a line of the log' ;;
              *--raw*) echo "up 1 # $*" ;;
              *secret*|*configmap*) echo asked-for-a-secret ;;
              *) echo "answer to $*" ;;
            esac
            """;

    private Script bundle(String kubectl, String... arguments) throws IOException {
        Path tool = folder.resolve("kubectl");
        Files.writeString(tool, kubectl);
        assertThat(tool.toFile().setExecutable(true)).isTrue();
        List<String> line =
                Stream.concat(
                                Stream.of("KUBECTL=" + tool, "scripts/support-bundle"),
                                Stream.of(arguments))
                        .toList();
        return Script.run("env", line.toArray(String[]::new));
    }

    @Test
    void wordsOfPeopleAndTokensStayOut() throws IOException {
        Path archive = folder.resolve("support.tar.gz");

        Script made = bundle(KUBECTL, "--out", archive.toString());

        assertThat(made.status()).as(made.output()).isZero();
        Map<String, String> files = SupportBundle.unpacked(archive, folder);
        assertThat(String.join("\n", files.values()))
                .doesNotContain("hidden", "asked-for-a-secret");
        assertThat(files.get("matrices/brains/brainmatrices.yaml"))
                .contains("persona: REDACTED", "systemPrompt: REDACTED", "seed: 7", "ram: 1Gi")
                .contains("thoughtsPerMinute: 4")
                .contains("name: jar", "name: subject", "name: observer", "name: god");
        assertThat(files.get("logs/brainmatrix-system.op-1.txt")).isEqualTo("a line of the log\n");
        assertThat(files.get("metrics/brainmatrix-system.op-1.txt"))
                .contains("pods/op-1:8080/proxy/q/metrics");
        assertThat(files.get("metrics/brains.jar-subject-1.status.json"))
                .contains("pods/jar-subject-1:8080/proxy/status");
    }

    @Test
    void whatItMayNotReadItSays() throws IOException {
        Path archive = folder.resolve("support.tar.gz");

        Script made = bundle(KUBECTL, "--out", archive.toString());

        assertThat(made.output())
                .contains("could not read 1 things")
                .contains(
                        "nodes/nodememories.yaml: kubectl get nodememories -o yaml: Error from server (Forbidden)");
        assertThat(SupportBundle.unpacked(archive, folder))
                .doesNotContainKey("nodes/nodememories.yaml");
    }

    /** About three seconds: one that stays is asked again before it is called unreadable. */
    @Test
    void podsThatEndMeanwhileAreNoneItCouldNotRead() throws IOException {
        Path archive = folder.resolve("support.tar.gz");
        String one = "echo brains/jar-subject-1/subject/Running";

        Script made =
                bundle(
                        KUBECTL.replace(
                                one,
                                one
                                        + "; echo brains/jar-stays-2/subject/Running; echo brains/jar-gone-3/subject/Running"),
                        "--out",
                        archive.toString());

        assertThat(made.output()).contains("pods came and went while it was made");
        Map<String, String> files = SupportBundle.unpacked(archive, folder);
        assertThat(files.get("could-not-read.txt"))
                .contains("logs/brains.jar-stays-2.txt")
                .doesNotContain("jar-gone-3");
        assertThat(files.get("changed-meanwhile.txt"))
                .contains("logs/brains.jar-gone-3.txt", "metrics/brains.jar-gone-3.txt")
                .doesNotContain("jar-stays-2");
    }

    @Test
    void aClusterThatDoesNotAnswerIsAnError() throws IOException {
        Path archive = folder.resolve("support.tar.gz");

        Script made =
                bundle(
                        "#!/bin/bash\necho 'connection refused' >&2; exit 1\n",
                        "--out",
                        archive.toString());

        assertThat(made.status()).isEqualTo(1);
        assertThat(made.output()).contains("the cluster does not answer: connection refused");
        assertThat(archive).doesNotExist();
        assertThat(bundle(KUBECTL, "--wrong").status()).isEqualTo(2);
    }
}
