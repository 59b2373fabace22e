package io.brainmatrix.chronicle.entry;

/** An entry that cannot be taken as it is. */
@SuppressWarnings("serial") // never serialized
public final class InvalidEntry extends Exception {
    private final String field;

    /**
     * A fault.
     *
     * @param field path of the field at fault, such as {@code entries[3].text}
     */
    public InvalidEntry(String field, String message) {
        super("`%s` %s".formatted(field, message));
        this.field = field;
    }

    /** Path of the field at fault. */
    public String field() {
        return field;
    }
}
