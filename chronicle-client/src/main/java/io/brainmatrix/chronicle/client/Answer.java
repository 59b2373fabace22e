package io.brainmatrix.chronicle.client;

/** What an answer of the chronicle means for the batch that was sent. Pure. */
enum Answer {
    /** All of it is stored. */
    Stored,
    /** Some of it can never be: each is to be sent by itself, to find which. */
    Refused,
    /** The same is to be sent again later. */
    Later;

    static Answer of(int status) {
        return switch (status) {
            case 200 -> Stored;
            case 400, 409, 413 -> Refused;
            default -> Later; // also 401 and 403: a life is known only once the status tells of it
        };
    }
}
