package io.brainmatrix.operator.admission;

/**
 * One instance of one matrix, whatever life it is in.
 *
 * @param matrixUid tells a matrix from an earlier one of the same name
 */
public record InstanceKey(String namespace, String matrix, String matrixUid, String instance)
        implements Comparable<InstanceKey> {
    /** {@code namespace/matrix/instance}, as messages and logs name it. */
    public String text() {
        return namespace + "/" + matrix + "/" + instance;
    }

    @Override
    public int compareTo(InstanceKey other) {
        int byText = text().compareTo(other.text());
        return byText != 0 ? byText : matrixUid.compareTo(other.matrixUid);
    }
}
