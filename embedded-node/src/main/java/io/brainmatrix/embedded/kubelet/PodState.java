package io.brainmatrix.embedded.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What there is to tell of a pod with one container, as a kubelet tells it. Pure.
 *
 * @param hostAddress the node's
 * @param address the pod's own
 * @param began when the kubelet took it up
 * @param started when its process began; absent before
 * @param everStarted whether its startup probe has succeeded
 * @param ready whether its readiness probe succeeds
 * @param end of its process; absent before
 */
record PodState(
        String hostAddress,
        String address,
        Instant began,
        @Nullable Instant started,
        boolean everStarted,
        boolean ready,
        @Nullable End end) {

    /**
     * How a process ended.
     *
     * @param exitCode 128 and the signal's number for one that a signal ended
     * @param outOfMemory whether the kernel killed it for want of memory
     * @param message what it left as its last words
     */
    record End(Instant at, int exitCode, boolean outOfMemory, String message) {
        private static final int SIGKILLED = 137;

        /** As the runtime names it. */
        String reason() {
            if (outOfMemory && exitCode == SIGKILLED) {
                return "OOMKilled";
            }
            return exitCode == 0 ? "Completed" : "Error";
        }
    }

    static PodState creating(String hostAddress, String address, Instant now) {
        return new PodState(hostAddress, address, now, null, false, false, null);
    }

    PodState running(Instant now) {
        return new PodState(hostAddress, address, began, now, false, false, null);
    }

    PodState probed(boolean isStarted, boolean isReady) {
        return new PodState(hostAddress, address, began, started, isStarted, isReady, null);
    }

    PodState ended(End how) {
        return new PodState(hostAddress, address, began, started, everStarted, false, how);
    }

    /** The pod's status, with what it had before for the times of its conditions. */
    ObjectNode status(JsonNode pod, Instant now) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("phase", phase());
        status.put("qosClass", "Burstable");
        status.put("hostIP", hostAddress);
        status.put("startTime", text(began));
        if (started != null) {
            status.put("podIP", address);
            status.putArray("podIPs").addObject().put("ip", address);
        }
        ArrayNode conditions = status.putArray("conditions");
        JsonNode before = pod.at("/status/conditions");
        condition(conditions, before, "PodScheduled", true, "", now);
        condition(conditions, before, "Initialized", true, "", now);
        String why = end != null ? "PodFailed" : ready ? "" : "ContainersNotReady";
        condition(conditions, before, "ContainersReady", ready, why, now);
        condition(conditions, before, "Ready", ready, why, now);
        status.putArray("containerStatuses").add(container(pod));
        return status;
    }

    private String phase() {
        if (end != null) {
            return end.exitCode() == 0 ? "Succeeded" : "Failed";
        }
        return started == null ? "Pending" : "Running";
    }

    private ObjectNode container(JsonNode pod) {
        ObjectNode container = JsonNodeFactory.instance.objectNode();
        JsonNode spec = pod.at("/spec/containers/0");
        String id = "process://" + pod.at("/metadata/uid").asText();
        container.put("name", spec.path("name").asText());
        container.put("image", spec.path("image").asText());
        container.put("imageID", "");
        container.put("restartCount", 0);
        container.put("ready", ready);
        container.put("started", everStarted && end == null);
        ObjectNode state = container.putObject("state");
        if (end != null) {
            ObjectNode terminated = state.putObject("terminated");
            terminated.put("exitCode", end.exitCode());
            terminated.put("reason", end.reason());
            terminated.put("message", end.message());
            if (started != null) {
                terminated.put("startedAt", text(started));
            }
            terminated.put("finishedAt", text(end.at()));
            terminated.put("containerID", id);
            container.put("containerID", id);
        } else if (started != null) {
            state.putObject("running").put("startedAt", text(started));
            container.put("containerID", id);
        } else {
            state.putObject("waiting").put("reason", "ContainerCreating");
        }
        return container;
    }

    private static void condition(
            ArrayNode conditions,
            JsonNode before,
            String type,
            boolean isTrue,
            String reason,
            Instant now) {
        String value = isTrue ? "True" : "False";
        ObjectNode condition = conditions.addObject().put("type", type).put("status", value);
        if (!reason.isEmpty()) {
            condition.put("reason", reason);
        }
        condition.put("lastTransitionTime", since(before, type, value).orElseGet(() -> text(now)));
    }

    private static Optional<String> since(JsonNode before, String type, String value) {
        for (JsonNode condition : before) {
            if (condition.path("type").asText().equals(type)
                    && condition.path("status").asText().equals(value)) {
                return Optional.of(condition.path("lastTransitionTime").asText());
            }
        }
        return Optional.empty();
    }

    /** Whole seconds, as Kubernetes tells times. */
    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
