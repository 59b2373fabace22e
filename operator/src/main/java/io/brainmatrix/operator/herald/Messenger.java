package io.brainmatrix.operator.herald;

import io.brainmatrix.chronicle.client.ChronicleClient;
import io.brainmatrix.chronicle.client.Spool;
import io.brainmatrix.operator.kube.ClusterCache;
import io.brainmatrix.operator.leader.Leadership;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The herald, and the client that carries what it tells; neither where there is no chronicle. */
public final class Messenger implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Messenger.class);

    /** Some ten thousand deaths; older ones go, and their number is told. */
    private static final long SPOOL_MAX_BYTES = 8L << 20;

    private final Optional<Parts> parts;

    private Messenger(Optional<Parts> parts) {
        this.parts = parts;
    }

    private record Parts(Herald herald, ChronicleClient client, Spool spool) {
        Count count() {
            return new Count(
                    client.told(),
                    client.refused(),
                    client.failures(),
                    spool.size(),
                    spool.dropped());
        }
    }

    /**
     * What was told so far by this process; entries, but for failures.
     *
     * @param told that the chronicle has, those that it had already among them
     * @param refused that it will never take: told otherwise before, or at fault
     * @param failures times that telling failed and was put off
     * @param waiting that are to be told
     * @param dropped that went untold because too many waited
     */
    public record Count(long told, long refused, long failures, long waiting, long dropped) {}

    /** Nobody is told. */
    public static Messenger absent() {
        return new Messenger(Optional.empty());
    }

    /**
     * Tells the chronicle at an address of what happens in a cluster, from now on.
     *
     * @param token file of a token for the audience {@code brainmatrix-chronicle}
     * @param directory where what cannot be told yet waits; whatever is lost with it is told anew
     *     from the statuses
     * @param waking whether it runs yet
     */
    public static Messenger to(
            URI chronicle,
            Path token,
            Path directory,
            ClusterCache cache,
            Leadership leadership,
            Waking waking) {
        try {
            Spool spool = new Spool(directory, SPOOL_MAX_BYTES);
            ChronicleClient client = new ChronicleClient(chronicle, token, spool);
            Herald herald = new Herald(cache, leadership, waking, client::tell);
            cache.listen(herald::see);
            herald.start();
            LOG.infof("Deaths are told to the chronicle url=%s", chronicle);
            return new Messenger(Optional.of(new Parts(herald, client, spool)));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the spool `%s` cannot be used".formatted(directory), e);
        }
    }

    /** Empty where there is no chronicle. */
    public Optional<Count> count() {
        return parts.map(Parts::count);
    }

    @Override
    public void close() {
        parts.ifPresent(
                all -> {
                    all.herald().close();
                    all.client().close();
                });
    }
}
