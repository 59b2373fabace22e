package io.brainmatrix.operator.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class LeaseLeadershipTest {
    private static final String NAMESPACE = "system";

    @SuppressWarnings("NullAway.Init") // the extension sets it
    static KubernetesClient client;

    private static final LeaseLeadership.Times HOURS =
            new LeaseLeadership.Times(
                    Duration.ofHours(8), Duration.ofHours(5), Duration.ofHours(1));

    private final AtomicInteger gained = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // set before each test
    private LeaseLeadership first;

    @SuppressWarnings("NullAway.Init")
    private LeaseLeadership second;

    @BeforeEach
    void elect() {
        first = new LeaseLeadership(client, NAMESPACE, "first", gained::incrementAndGet);
        second = new LeaseLeadership(client, NAMESPACE, "second", gained::incrementAndGet);
        first.start();
        await().until(first::leads);
        second.start();
    }

    @AfterEach
    void end() {
        first.close();
        second.close();
        client.leases().inNamespace(NAMESPACE).withName(LeaseLeadership.LEASE).delete();
    }

    @Test
    void onlyOneActs() {
        await().during(Duration.ofMillis(1_500)).until(() -> first.leads() && !second.leads());
        assertThat(second.begin()).isFalse();
        assertThat(first.begin()).isTrue();
        first.end();
        assertThat(gained).hasValue(1);
    }

    @Test
    void theNextOneActsSoonAfterTheFirstHasHandedOn() {
        first.close();

        await().atMost(Duration.ofSeconds(3)).until(second::leads);
        assertThat(first.begin()).isFalse();
        await().untilAtomic(gained, org.hamcrest.Matchers.is(2));
    }

    /** By its watch: its next try would come an hour later. */
    @Test
    void whoStandsByTakesItWhenItIsGivenBack() {
        second.close();
        try (LeaseLeadership patient =
                new LeaseLeadership(client, NAMESPACE, "patient", gained::incrementAndGet, HOURS)) {
            patient.start();
            await().until(() -> patient.leader().isPresent()); // its try was in vain
            first.close();

            await().until(patient::leads);
            await().untilAtomic(gained, org.hamcrest.Matchers.is(2));
        }
    }

    @Test
    void nothingIsHandedOnWhileAPassIsUnderWay() throws Exception {
        assertThat(first.begin()).isTrue();

        CompletableFuture<Void> closing = CompletableFuture.runAsync(first::close);
        await().during(Duration.ofMillis(1_500)).until(() -> !second.leads());
        first.end();

        await().atMost(Duration.ofSeconds(3)).until(second::leads);
        closing.get();
    }

    @Test
    void whoLosesTheLeaseStopsActing() {
        second.close();
        client.leases()
                .inNamespace(NAMESPACE)
                .withName(LeaseLeadership.LEASE)
                .edit(
                        lease ->
                                new LeaseBuilder(lease)
                                        .editSpec()
                                        .withHolderIdentity("third")
                                        .withRenewTime(
                                                ZonedDateTime.now(ZoneOffset.UTC).plusMinutes(1))
                                        .endSpec()
                                        .build());

        await().atMost(Duration.ofSeconds(10)).until(() -> !first.leads());
        assertThat(first.begin()).isFalse();
    }
}
