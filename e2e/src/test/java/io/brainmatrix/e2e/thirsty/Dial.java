package io.brainmatrix.e2e.thirsty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/** Tries to reach a port from within a pod: {@code Dial HOST PORT} ends with 0 or with 1. */
public final class Dial {
    /** A NetworkPolicy drops, it does not refuse. */
    private static final int TIMEOUT_MILLIS = 1_000;

    /**
     * A new pod is let through only once its address is in its status and the policies' rules know
     * it, a second or two after its process began.
     */
    private static final long KEEPS_TRYING_NANOS = TimeUnit.SECONDS.toNanos(8);

    private Dial() {}

    /** Entry point. */
    public static void main(String[] arguments) {
        long until = System.nanoTime() + KEEPS_TRYING_NANOS;
        while (System.nanoTime() < until) {
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])),
                        TIMEOUT_MILLIS);
                return;
            } catch (IOException e) {
                System.out.println(e);
            }
        }
        System.exit(1);
    }
}
