package io.brainmatrix.pod.mind;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The ids of a prompt's tokens, without those that the model puts before each prompt. */
final class TokenIds {
    private final int[] ids;

    TokenIds(int... ids) {
        this.ids = ids.clone();
    }

    int count() {
        return ids.length;
    }

    /** SHA-256 of them, each as four bytes, the lowest first; 64 hexadecimal digits. */
    String digest() {
        ByteBuffer bytes = ByteBuffer.allocate(ids.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int id : ids) {
            bytes.putInt(id);
        }
        return Persona.Sha256.of(bytes.array());
    }
}
