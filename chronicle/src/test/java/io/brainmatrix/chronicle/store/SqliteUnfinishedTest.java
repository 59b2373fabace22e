package io.brainmatrix.chronicle.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteUnfinishedTest extends UnfinishedContract {
    @TempDir Path directory;

    @Override
    Database database() {
        return same();
    }

    @Override
    Database same() {
        return new SqliteDatabase(directory.resolve("chronicle.db"));
    }
}
