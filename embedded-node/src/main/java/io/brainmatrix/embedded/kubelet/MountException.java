package io.brainmatrix.embedded.kubelet;

/** A volume that cannot be mounted yet, in the words of its Event. */
final class MountException extends Exception {
    private static final long serialVersionUID = 1;

    MountException(String message) {
        super(message);
    }
}
