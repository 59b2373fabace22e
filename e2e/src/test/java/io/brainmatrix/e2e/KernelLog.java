package io.brainmatrix.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the node's kernel, which is this machine's, says of its out-of-memory kills. */
final class KernelLog {
    private static final Pattern KILL =
            Pattern.compile("oom-kill:constraint=(\\w+).*?oom_memcg=([^,]+)");
    private static final Pattern GLOBAL = Pattern.compile("oom-kill:constraint=CONSTRAINT_NONE.*");

    private final List<String> before;

    private KernelLog(List<String> before) {
        this.before = before;
    }

    static KernelLog fromNow() {
        return new KernelLog(read());
    }

    /** The cgroups whose limits led to a kill since then. */
    List<String> memoryCgroupsOfKills() {
        return since().stream()
                .flatMap(line -> KILL.matcher(line).results())
                .map((MatchResult kill) -> kill.group(2))
                .toList();
    }

    /** Kills for the whole node's sake since then. */
    List<String> globalKills() {
        return since().stream().filter(line -> GLOBAL.matcher(line).find()).toList();
    }

    /** By their timestamps: the log is a ring. */
    private List<String> since() {
        return read().stream().filter(line -> !before.contains(line)).toList();
    }

    private static List<String> read() {
        try {
            Process dmesg = new ProcessBuilder("dmesg").redirectErrorStream(true).start();
            String text = new String(dmesg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
