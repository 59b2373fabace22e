package io.brainmatrix.pod.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over tables as a kernel of a little-endian machine writes them. */
class ConnectionsTest {
    private static final String TITLES =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";
    private static final String LISTENS =
            "   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000\n";

    /** 10.42.0.9:40000 at port 8080 of an IPv6 socket. */
    private static final String MAPPED =
            "   1: 0000000000000000FFFF00000A002A0A:1F90 0000000000000000FFFF000009002A0A:9C40 %s 00000000:00000000\n";

    /** fd00::9 at the same. */
    private static final String SIX =
            "   2: 000000FD000000000000000001000000:1F90 000000FD000000000000000009000000:9C40 %s 00000000:00000000\n";

    private static final long LOOK = Duration.ofMillis(200).toNanos();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path proc;

    private final AtomicLong nanos = new AtomicLong(1);

    @SuppressWarnings("NullAway.Init")
    private Connections connections;

    @BeforeEach
    void before() throws IOException {
        Files.createDirectory(proc.resolve("net"));
        Files.writeString(proc.resolve("net/tcp"), TITLES);
        connections = new Connections(proc, nanos::get);
    }

    private void table(String... connections) throws IOException {
        Files.writeString(
                proc.resolve("net/tcp6"), TITLES + LISTENS + String.join("", connections));
    }

    private BooleanSupplier client(String address) throws IOException {
        return connections.gone(
                new InetSocketAddress(InetAddress.getByName("10.42.0.10"), 8080),
                new InetSocketAddress(InetAddress.getByName(address), 40000));
    }

    private boolean goneAtNextLook(BooleanSupplier client) {
        nanos.addAndGet(LOOK);
        return client.getAsBoolean();
    }

    @Test
    void whoClosedItsEndIsGoneAtTheNextLook() throws IOException {
        table(MAPPED.formatted("01"), SIX.formatted("01"));
        BooleanSupplier four = client("10.42.0.9");
        BooleanSupplier six = client("fd00::9");
        assertThat(four.getAsBoolean()).isFalse();
        assertThat(six.getAsBoolean()).isFalse();

        table(MAPPED.formatted("08"), SIX.formatted("01"));

        assertThat(goneAtNextLook(four)).isTrue();
        assertThat(six.getAsBoolean()).isFalse();
    }

    @Test
    void theLongerALookTakesTheFewerThereAre() throws IOException {
        long takes = Duration.ofMillis(8).toNanos();
        connections = new Connections(proc, () -> nanos.addAndGet(takes));
        table(MAPPED.formatted("01"));
        BooleanSupplier client = client("10.42.0.9");
        assertThat(client.getAsBoolean()).isFalse();

        table(MAPPED.formatted("08"));

        assertThat(goneAtNextLook(client)).as("a fiftieth of a core is 400 ms").isFalse();
        assertThat(goneAtNextLook(client)).isTrue();
    }

    @Test
    void whoIsInNoTableIsGoneAtTheSecondLook() throws IOException {
        table(MAPPED.formatted("01"));
        BooleanSupplier client = client("10.42.0.9");
        assertThat(client.getAsBoolean()).isFalse();

        table();

        assertThat(goneAtNextLook(client)).as("the kernel may have left it out").isFalse();
        assertThat(client.getAsBoolean()).as("the same look once more").isFalse();
        assertThat(goneAtNextLook(client)).isTrue();
    }

    @Test
    void whoIsThereAgainWasOnlyLeftOut() throws IOException {
        table();
        BooleanSupplier client = client("10.42.0.9");
        assertThat(client.getAsBoolean()).isFalse();
        table(MAPPED.formatted("01"));
        assertThat(goneAtNextLook(client)).isFalse();
        table();

        assertThat(goneAtNextLook(client)).isFalse();
    }

    @Test
    void whoHasGoneStaysSo() throws IOException {
        table(MAPPED.formatted("08"));
        BooleanSupplier client = client("10.42.0.9");
        assertThat(client.getAsBoolean()).isTrue();

        table(MAPPED.formatted("01"));

        assertThat(goneAtNextLook(client)).as("another connection from the same port").isTrue();
    }

    /** A look from before it came does not know it. */
    @Test
    void whoComesAfterALookIsLookedForAnew() throws IOException {
        table();
        var _ = client("10.42.0.8").getAsBoolean();
        nanos.addAndGet(1);
        table(MAPPED.formatted("08"));

        assertThat(client("10.42.0.9").getAsBoolean()).isTrue();
    }

    @Test
    void withoutTablesNobodyIsGone() throws IOException {
        Files.delete(proc.resolve("net/tcp"));
        BooleanSupplier client = client("10.42.0.9");

        assertThat(client.getAsBoolean()).isFalse();
        assertThat(goneAtNextLook(client)).isFalse();
        assertThat(goneAtNextLook(client)).isFalse();
    }
}
