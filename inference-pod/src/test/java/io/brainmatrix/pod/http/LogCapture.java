package io.brainmatrix.pod.http;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Everything that anyone logs meanwhile, at every level. */
final class LogCapture extends Handler implements AutoCloseable {
    private static final Logger ROOT = Logger.getLogger("");

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Level before = ROOT.getLevel();

    private LogCapture() {}

    static LogCapture begin() {
        LogCapture capture = new LogCapture();
        capture.setLevel(Level.ALL);
        ROOT.setLevel(Level.ALL);
        ROOT.addHandler(capture);
        return capture;
    }

    /** Of this project. */
    List<String> lines() {
        return lines.stream().filter(line -> line.startsWith("io.brainmatrix.")).toList();
    }

    /** Of all libraries as well. */
    String text() {
        return String.join("\n", lines);
    }

    @Override
    public void publish(LogRecord record) {
        Throwable thrown = record.getThrown();
        lines.add(
                record.getLoggerName()
                        + " "
                        + new SimpleFormatter().formatMessage(record)
                        + (thrown == null ? "" : " " + thrown));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        ROOT.removeHandler(this);
        ROOT.setLevel(before);
    }
}
