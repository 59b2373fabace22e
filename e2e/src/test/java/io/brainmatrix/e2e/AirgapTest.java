package io.brainmatrix.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archive for machines without a network, made of small files in the place of images, and its
 * installer with commands that only write down how they were called.
 */
class AirgapTest {
    private static final String VERSION = version();

    @TempDir private static Path shared = Path.of("");
    private static Path archive = Path.of("");

    @TempDir private Path folder = Path.of("");
    private Path bundle = Path.of("");
    private Path tools = Path.of("");
    private Path calls = Path.of("");

    private static String version() {
        try (Stream<String> lines =
                Files.lines(Cluster.ROOT.resolve("helm/brainmatrix/Chart.yaml"))) {
            return lines.filter(line -> line.startsWith("version: "))
                    .findFirst()
                    .orElseThrow()
                    .substring("version: ".length());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeAll
    static void anArchive() throws IOException {
        Path images = Files.createDirectories(shared.resolve("images"));
        for (String image : List.of("operator", "node-agent", "inference-pod", "chronicle")) {
            Files.writeString(images.resolve(image + ".tar"), image);
        }
        archive = made("out");
    }

    @BeforeEach
    void unpacked() throws IOException {
        Path into = Files.createDirectories(folder.resolve("unpacked"));
        run(Map.of(), "tar", "-xzf", archive.toString(), "-C", into.toString());
        try (Stream<Path> one = Files.list(into)) {
            bundle = one.findFirst().orElseThrow();
        }
        tools = Files.createDirectories(folder.resolve("tools"));
        calls = folder.resolve("calls");
        Files.writeString(calls, "");
        // All that an installer may use besides, and neither k3s, ctr, helm nor kubectl.
        for (String tool :
                List.of(
                        "bash",
                        "basename",
                        "cat",
                        "comm",
                        "cp",
                        "dirname",
                        "env",
                        "find",
                        "grep",
                        "mkdir",
                        "readlink",
                        "sed",
                        "sha256sum",
                        "sort",
                        "tr",
                        "uname",
                        "wc")) {
            Files.createSymbolicLink(
                    tools.resolve(tool),
                    Path.of(run(Map.of(), "bash", "-c", "type -P " + tool).output().strip()));
        }
    }

    private static Path made(String name) throws IOException {
        Path images = shared.resolve("images");
        Path out = shared.resolve(name);
        Script script =
                Script.run(
                        "scripts/airgap", "--images", images.toString(), "--out", out.toString());
        assertThat(script.status()).as("%s", script.output()).isZero();
        try (Stream<Path> files = Files.list(out)) {
            return files.filter(f -> f.toString().endsWith(".tar.gz")).findFirst().orElseThrow();
        }
    }

    /** A command that writes down its name and arguments, and ends with a status. */
    private void tool(String name, int status) throws IOException {
        Path file = tools.resolve(name);
        Files.deleteIfExists(file); // never written through a link to the machine's own
        Files.writeString(
                file,
                "#!%s/bash\necho %s \"$@\" >>%s\nexit %d\n".formatted(tools, name, calls, status));
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private record Result(int status, String output) {}

    private Result install(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(bundle.resolve("install.sh").toString()));
        line.addAll(List.of(arguments));
        return run(
                Map.of(
                        "PATH", tools.toString(),
                        "BRAINMATRIX_K3S_SERVER", folder.resolve("k3s").toString()),
                line.toArray(String[]::new));
    }

    private Result run(Map<String, String> environment, String... line) throws IOException {
        Path output = Files.createTempFile(folder, "run", ".out");
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().remove("KUBECONFIG");
        builder.environment().putAll(environment);
        try {
            return new Result(builder.start().waitFor(), Files.readString(output));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theSameInputsGiveTheSameBytes() throws IOException {
        Path again = made("again");

        assertThat(again).hasSameBinaryContentAs(archive);
    }

    @Test
    void theChartInItIsTheChart() {
        String packed = template(bundle.resolve("brainmatrix-" + VERSION + ".tgz"));

        assertThat(packed).isEqualTo(template(Cluster.ROOT.resolve("helm/brainmatrix")));
        assertThat(bundle.resolve("crds/brainmatrices.brainmatrix.io-v1.yml")).isNotEmptyFile();
    }

    private static String template(Path chart) {
        return new Helm(chart)
                .template()
                .withName("release")
                .withNamespace("system")
                .withKubeVersion("1.34.4")
                .call();
    }

    @Test
    void checksThenLoadsThenInstalls() throws IOException {
        tool("ctr", 0);
        tool("kubectl", 0);
        tool("helm", 0);
        Path values = Files.writeString(folder.resolve("values.yaml"), "reserve: 1Gi\n");

        Result result = install("--values", values.toString(), "--namespace", "edge");

        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output()).startsWith("checked: Brain Matrix " + VERSION);
        assertThat(Files.readAllLines(calls))
                .containsExactly(
                        "kubectl get --raw /readyz",
                        "ctr -n k8s.io images import images/chronicle.tar",
                        "ctr -n k8s.io images import images/inference-pod.tar",
                        "ctr -n k8s.io images import images/node-agent.tar",
                        "ctr -n k8s.io images import images/operator.tar",
                        "kubectl apply --server-side --force-conflicts -f crds/",
                        "helm upgrade --install brainmatrix brainmatrix-"
                                + VERSION
                                + ".tgz --namespace edge --create-namespace --wait --timeout 5m --values "
                                + values);
    }

    @Test
    void aK3sServerWithoutHelmInstallsByItself() throws IOException {
        tool("k3s", 0);
        Path server = folder.resolve("k3s");
        Files.createDirectories(server.resolve("manifests"));
        Path values =
                Files.writeString(
                        folder.resolve("values.yaml"), "reserve: 1Gi\nimage:\n  tag: mine\n");

        Result result = install("--values", values.toString(), "--namespace", "edge");

        assertThat(result.status()).as(result.output()).isZero();
        assertThat(Files.readAllLines(calls))
                .contains("k3s ctr images import images/operator.tar")
                .endsWith("k3s kubectl apply --server-side --force-conflicts -f crds/");
        String chart = "brainmatrix-" + VERSION + ".tgz";
        assertThat(server.resolve("static/charts").resolve(chart))
                .hasSameBinaryContentAs(bundle.resolve(chart));
        JsonNode spec = yaml(server.resolve("manifests/brainmatrix.yaml")).path("spec");
        assertThat(spec.path("chart").asText()).endsWith("/static/charts/" + chart);
        assertThat(spec.path("targetNamespace").asText()).isEqualTo("edge");
        assertThat(spec.path("valuesContent").asText())
                .isEqualTo("reserve: 1Gi\nimage:\n  tag: mine");
    }

    @Test
    void withoutValuesK3sTakesThoseOfTheManifest() throws IOException {
        tool("k3s", 0);
        Path manifests = Files.createDirectories(folder.resolve("k3s/manifests"));

        assertThat(install().status()).isZero();

        assertThat(yaml(manifests.resolve("brainmatrix.yaml")))
                .isEqualTo(yaml(Cluster.ROOT.resolve("deploy/k3s/brainmatrix.yaml")));
    }

    private static JsonNode yaml(Path file) throws IOException {
        return new ObjectMapper(new YAMLFactory()).readTree(Files.readString(file));
    }

    @Test
    void furtherNodesTakeTheImagesAlone() throws IOException {
        tool("mine", 0);

        assertThat(install("--images-only", "--load", tools.resolve("mine") + " load").status())
                .isZero();
        assertThat(Files.readAllLines(calls))
                .hasSize(4)
                .allMatch(c -> c.startsWith("mine load images/"));
    }

    @Test
    void aDamagedFileIsNamedAndNothingIsTouched() throws IOException {
        tool("ctr", 0);
        tool("kubectl", 0);
        tool("helm", 0);
        Files.writeString(bundle.resolve("images/operator.tar"), "0perator");
        Files.delete(bundle.resolve("LICENSE"));

        Result result = install();

        refused(result, "damaged or missing: ./LICENSE ./images/operator.tar");
        assertThat(Files.readString(calls)).isEmpty();
    }

    @Test
    void aFileThatNobodyVouchesForIsRefused() throws IOException {
        Files.writeString(bundle.resolve("crds/more.yml"), "kind: ClusterRole");

        refused(install("--check"), "files that are not in SHA256SUMS: ./crds/more.yml");
    }

    @Test
    void whatIsMissingIsSaidBeforeAnythingIsChanged() throws IOException {
        refused(install(), "neither k3s nor ctr is on this machine", "--load COMMAND");
        tool("ctr", 0);
        refused(install(), "neither kubectl nor k3s is on this machine", "--images-only");
        tool("kubectl", 1);
        refused(install(), "helm is not on this machine, and this is no K3s server");
        tool("helm", 0);
        refused(install(), "the cluster does not answer");
        assertThat(Files.readAllLines(calls)).containsExactly("kubectl get --raw /readyz");

        tool("uname", 0); // says nothing: some other machine
        refused(install(), "these images are for ", "this machine is");
    }

    @Test
    void anImageThatCannotBeLoadedEndsIt() throws IOException {
        tool("ctr", 1);
        tool("kubectl", 0);
        tool("helm", 0);

        refused(install(), "could not load images/chronicle.tar");
        assertThat(Files.readString(calls)).doesNotContain("helm", "apply");
    }

    @Test
    void wrongArgumentsAreRefused() throws IOException {
        assertThat(install("--vlaues", "x").status()).isEqualTo(2);
        assertThat(install("--load").status()).isEqualTo(2);
        refused(install("--values", "nowhere.yaml"), "no file nowhere.yaml");
    }

    @Test
    void anArchiveNeedsItsImages() throws IOException {
        Path none = Files.createDirectories(folder.resolve("none"));

        Script script = Script.run("scripts/airgap", "--images", none.toString());

        assertThat(script.status()).isEqualTo(1);
        assertThat(script.output()).contains("operator.tar is missing; make images");
    }

    private static void refused(Result result, String... words) {
        assertThat(result.status()).as(result.output()).isEqualTo(1);
        assertThat(result.output()).contains(words);
    }
}
