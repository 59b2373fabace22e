package io.brainmatrix.pod.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Tells whether a client is still there while nothing is read from it or written to it, from the
 * kernel's tables of TCP connections: the JDK's server notices only when it writes. Where there are
 * no such tables, every client is still there.
 */
public final class Connections {
    /** ESTABLISHED in the kernel's include/net/tcp_states.h; any other state has an end in it. */
    private static final int ESTABLISHED = 1;

    private static final long FRESH_NANOS = Duration.ofMillis(200).toNanos();
    private static final long STALE_NANOS = Duration.ofMillis(500).toNanos();

    /**
     * Looks take at most this part of a core's time: the kernel walks through all buckets of its
     * hash table, of which it has the more the more memory there is. 5 ms a table with 24 GiB.
     */
    private static final int PART = 50;

    private static final int HEX = 16;

    private final List<Path> tables;
    private final LongSupplier nanos;

    /** By the other end's address as the kernel writes it. */
    private Map<String, Integer> states = Map.of();

    private long takenNanos;

    /** For how long what was read is good enough, in nanoseconds. */
    private long freshNanos = FRESH_NANOS;

    /** Counts the looks, so that nobody takes the same one for two. */
    private long looks;

    /**
     * The connections of this network namespace.
     *
     * @param proc where procfs is mounted
     * @param nanos the monotonic clock; the tables are read two to five times a second at most, and
     *     for each new connection
     */
    public Connections(Path proc, LongSupplier nanos) {
        this.tables = List.of(proc.resolve("net/tcp"), proc.resolve("net/tcp6"));
        this.nanos = nanos;
    }

    private enum Sight {
        Established,
        Ended,
        Missing
    }

    private record Look(long number, Sight sight) {}

    /**
     * Whether the other end of a connection that is open now goes away: true from then on. A
     * connection that is in no table must be so at two looks: the kernel may leave one out while
     * others come and go.
     */
    BooleanSupplier gone(InetSocketAddress local, InetSocketAddress remote) {
        return new BooleanSupplier() {
            private final long since = nanos.getAsLong();
            private final List<String> ends = hex(remote);
            private long missedAt = -1;
            private boolean gone;

            @Override
            public boolean getAsBoolean() {
                if (!gone) {
                    Look look = look(local.getPort(), ends, since);
                    boolean missing = look.sight() == Sight.Missing;
                    boolean again = missing && missedAt >= 0 && missedAt != look.number();
                    missedAt = missing ? look.number() : -1;
                    gone = again || look.sight() == Sight.Ended;
                }
                return gone;
            }
        };
    }

    private synchronized Look look(int port, List<String> ends, long since) {
        long now = nanos.getAsLong();
        if (looks == 0 || now - takenNanos >= freshNanos || takenNanos - since < 0) {
            takenNanos = now;
            looks++;
            states = read(port);
            freshNanos = Math.clamp((nanos.getAsLong() - now) * PART, FRESH_NANOS, STALE_NANOS);
        }
        for (String end : ends) {
            Integer state = states.get(end);
            if (state != null) {
                return new Look(looks, state == ESTABLISHED ? Sight.Established : Sight.Ended);
            }
        }
        // The socket that listens is in the tables as well: an empty one tells nothing.
        return new Look(looks, states.isEmpty() ? Sight.Established : Sight.Missing);
    }

    /** Connections at a local port, over all local addresses; empty where there are no tables. */
    private Map<String, Integer> read(int localPort) {
        String local = ":%04X".formatted(localPort);
        Map<String, Integer> read = new HashMap<>();
        for (Path table : tables) {
            if (!Files.isReadable(table)) {
                continue; // a kernel without IPv6, or no Linux
            }
            try (BufferedReader lines = Files.newBufferedReader(table, StandardCharsets.US_ASCII)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    // number, local end, other end, state, ...; the first line has the titles
                    String[] fields = line.strip().split("\\s+", 5);
                    if (fields.length == 5 && fields[1].endsWith(local)) {
                        read.put(fields[2], Integer.parseInt(fields[3], HEX));
                    }
                }
            } catch (IOException | NumberFormatException e) {
                return Map.of(); // then nobody is told gone
            }
        }
        return read;
    }

    /** An IPv4 client of a server that listens on IPv6 is in either table. */
    private static List<String> hex(InetSocketAddress end) {
        InetAddress address = end.getAddress();
        if (address == null) {
            return List.of();
        }
        byte[] bytes = address.getAddress();
        String port = ":%04X".formatted(end.getPort());
        String words = words(bytes) + port;
        return bytes.length == 4
                ? List.of(words, words(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1}) + words)
                : List.of(words);
    }

    /** The kernel prints addresses as words of its own byte order. */
    private static String words(byte[] address) {
        ByteBuffer words = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
        StringBuilder hex = new StringBuilder();
        while (words.hasRemaining()) {
            hex.append(String.format(Locale.ROOT, "%08X", words.getInt()));
        }
        return hex.toString();
    }
}
