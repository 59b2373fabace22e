package io.brainmatrix.pod.lifecycle;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The end of the process, at once. {@code Runtime.halt} calls C's {@code exit}, which waits for
 * threads in native code for up to 0.3 s and then takes llama.cpp's static objects from under those
 * that still compute: a SIGSEGV in place of the exit code. {@code _exit} does neither.
 */
final class ProcessExit {
    private static final MethodHandle EXIT = function();

    private ProcessExit() {}

    @SuppressWarnings("restricted") // to call it is what this class is for
    private static MethodHandle function() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("_exit"),
                FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
    }

    /** Makes the call ready, so that an end in need takes no memory and no class. */
    static void prepare() {
        if (EXIT.type().parameterCount() != 1) {
            throw new IllegalStateException("_exit takes a code");
        }
    }

    /** Never returns. */
    static void now(int code) {
        try {
            EXIT.invokeExact(code);
        } catch (Throwable e) { // a method handle may throw anything; this one does not
            Runtime.getRuntime().halt(code);
        }
    }
}
