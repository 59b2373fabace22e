package io.brainmatrix.pod.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** What llama.cpp's own C API tells of the library that is there, beside java-llama.cpp. */
final class LlamaLibrary {
    /** Where java-llama.cpp looks for it; the image sets it. */
    private static final String PLACE = "de.kherud.llama.lib.path";

    private LlamaLibrary() {}

    /**
     * {@code llama_supports_gpu_offload}: whether it was built with a backend for a GPU and found
     * one. Layers that are asked for without it stay on the CPU, with no more than a warning.
     *
     * @throws IllegalStateException when nobody says where the library is, or it is another one
     */
    @SuppressWarnings("restricted") // to call it is what this class is for
    static boolean offloads() {
        String place = System.getProperty(PLACE);
        if (place == null) {
            throw new IllegalStateException("the system property %s is not set".formatted(PLACE));
        }
        Path file = Path.of(place, System.mapLibraryName("jllama"));
        try {
            MethodHandle asked =
                    Linker.nativeLinker()
                            .downcallHandle(
                                    SymbolLookup.libraryLookup(file, Arena.global())
                                            .findOrThrow("llama_supports_gpu_offload"),
                                    FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN));
            return (boolean) asked.invokeExact();
        } catch (Error | RuntimeException e) {
            throw new IllegalStateException("%s is not as it should be".formatted(file), e);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
