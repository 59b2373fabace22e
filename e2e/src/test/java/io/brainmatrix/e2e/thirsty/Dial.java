package io.brainmatrix.e2e.thirsty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Tries to reach a port from within a pod: {@code Dial HOST PORT} ends with 0 or with 1. */
public final class Dial {
    /** A NetworkPolicy drops, it does not refuse. */
    private static final int TIMEOUT_MILLIS = 3_000;

    private Dial() {}

    /** Entry point. */
    public static void main(String[] arguments) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])),
                    TIMEOUT_MILLIS);
        } catch (IOException e) {
            System.out.println(e);
            System.exit(1);
        }
    }
}
