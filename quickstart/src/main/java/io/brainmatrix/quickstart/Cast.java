package io.brainmatrix.quickstart;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.api.v1alpha1.NodeMemory;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Watches a matrix and prints one line per change, with the time and the node's memory. */
final class Cast {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT)
                    .withZone(ZoneId.systemDefault());
    private static final long MIB = 1L << 20;
    private static final String QUESTION = "the quick";
    private static final int ANSWER_TOKENS = 16;

    private final KubernetesClient client;
    private final Clock clock;
    private final Consumer<String> out;
    private Map<String, Story.Chapter> told = Map.of();

    Cast(KubernetesClient client, Clock clock, Consumer<String> out) {
        this.client = client;
        this.clock = clock;
        this.out = out;
    }

    /** One line with the time. */
    void say(String line) {
        out.accept(TIME.format(clock.instant()) + "  " + line);
    }

    /**
     * Asks an instance, and tells what it answers.
     *
     * @throws IllegalStateException when that is nothing
     */
    void ask(String instance, URI address) {
        String answer = new Chat(address).chat(QUESTION, ANSWER_TOKENS);
        if (answer.isBlank()) {
            throw new IllegalStateException(instance + " answered nothing");
        }
        say("asked %s \"%s\": \"%s\"".formatted(instance, QUESTION, answer.strip()));
    }

    /**
     * Tells what happens until something is so.
     *
     * @throws IllegalStateException when it was not so in time
     */
    void tellUntil(
            String what,
            String namespace,
            String name,
            Predicate<@Nullable BrainMatrix> seen,
            Duration atMost) {
        AtomicReference<@Nullable BrainMatrix> last = new AtomicReference<>();
        try {
            client.resources(BrainMatrix.class)
                    .inNamespace(namespace)
                    .withName(name)
                    .waitUntilCondition(
                            matrix -> {
                                last.set(matrix);
                                tell(matrix);
                                return seen.test(matrix);
                            },
                            atMost.toSeconds(),
                            TimeUnit.SECONDS);
        } catch (KubernetesClientTimeoutException e) {
            throw new IllegalStateException(
                    "%s: not within %d s. Last seen: %s"
                            .formatted(what, atMost.toSeconds(), Story.of(last.get())),
                    e);
        }
    }

    private synchronized void tell(@Nullable BrainMatrix matrix) {
        Map<String, Story.Chapter> now = Story.of(matrix);
        List<String> lines = Story.lines(told, now);
        told = now;
        if (lines.isEmpty()) {
            return;
        }
        String memory = nodes();
        lines.forEach(line -> say(line + memory));
    }

    private String nodes() {
        return client.resources(NodeMemory.class).list().getItems().stream()
                .filter(n -> n.getStatus() != null && n.getStatus().available() != null)
                .map(Cast::node)
                .collect(Collectors.joining(", ", "  [", "]"));
    }

    private static String node(NodeMemory node) {
        var status = node.getStatus();
        Long available = status.available();
        Long slope = status.slopePerSecond();
        return "%s: %s free%s"
                .formatted(
                        node.getMetadata().getName(),
                        available == null ? "?" : available / MIB + " MiB",
                        slope == null ? "" : ", %+d MiB/s".formatted(slope / MIB));
    }
}
