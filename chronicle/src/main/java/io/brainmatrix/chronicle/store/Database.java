package io.brainmatrix.chronicle.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What differs between the databases; all other SQL is the same for both. */
public sealed interface Database permits SqliteDatabase, PostgresDatabase {
    /** The only connection that writes; a second process fails here. Its schema is up to date. */
    Connection writer() throws SQLException;

    /** A connection that only reads. */
    Connection reader() throws SQLException;

    /**
     * Looks whether what is stored is sound, as far as the database can tell.
     *
     * @throws SQLException when it is not
     */
    void check(Connection connection) throws SQLException;

    /** The kind of a failure. */
    Fault.Kind classify(SQLException failure);

    /** A condition on {@code e.text} that takes one parameter, {@link #match}'s value, per term. */
    String matches(int terms);

    /** The parameters of {@link #matches}. */
    List<String> match(List<String> terms);
}
