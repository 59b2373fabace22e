package io.brainmatrix.e2e.thirsty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Tries to reach a port from within a pod: {@code Dial HOST PORT} ends with 0 or with 1. */
public final class Dial {
    /** A NetworkPolicy drops, it does not refuse. */
    private static final int TIMEOUT_MILLIS = 1_000;

    private static final long BETWEEN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /**
     * Rules follow a new pod's address a second or two after its process began: until then it may
     * be let through though it should not be, or the other way round. So the last try counts.
     */
    private static final long SETTLES_NANOS = TimeUnit.SECONDS.toNanos(5);

    private Dial() {}

    /** Entry point. */
    public static void main(String[] arguments) {
        InetSocketAddress address =
                new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        long until = System.nanoTime() + SETTLES_NANOS;
        boolean reached = false;
        while (System.nanoTime() < until) {
            reached = reaches(address);
            LockSupport.parkNanos(BETWEEN_NANOS);
        }
        System.exit(reached ? 0 : 1);
    }

    private static boolean reaches(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, TIMEOUT_MILLIS);
            return true;
        } catch (IOException e) {
            System.out.println(e);
            return false;
        }
    }
}
