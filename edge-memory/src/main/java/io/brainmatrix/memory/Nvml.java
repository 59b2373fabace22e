package io.brainmatrix.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * NVIDIA's management library, called in this process: no nvidia-smi, no subprocess. On an Orin it
 * is there from JetPack 6 on and tells no memory; on a machine without NVIDIA's driver it is
 * absent.
 *
 * <p>Needs {@code --enable-native-access}. One instance is kept for the life of the process: its
 * start costs tens of milliseconds. It is never shut down: the driver lets go with the process.
 */
public final class Nvml {
    private static final String LIBRARY = "libnvidia-ml.so.1";
    private static final int SUCCESS = 0;
    private static final int NAME_LENGTH = 96;
    private static final MemoryLayout MEMORY =
            MemoryLayout.sequenceLayout(3, ValueLayout.JAVA_LONG); // total, free, used

    private final MethodHandle count;
    private final MethodHandle handle;
    private final MethodHandle name;
    private final MethodHandle memory;

    private Nvml(SymbolLookup library) {
        this.count = function(library, "nvmlDeviceGetCount_v2", ValueLayout.ADDRESS);
        this.handle =
                function(
                        library,
                        "nvmlDeviceGetHandleByIndex_v2",
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS);
        this.name =
                function(
                        library,
                        "nvmlDeviceGetName",
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT);
        this.memory =
                function(
                        library,
                        "nvmlDeviceGetMemoryInfo",
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS);
    }

    /**
     * One device.
     *
     * @param name as NVIDIA sells it; {@code (nvgpu)} in it marks a Tegra's own
     * @param total bytes; empty where the driver does not tell
     * @param free bytes; empty where the driver does not tell
     */
    public record Device(String name, OptionalLong total, OptionalLong free) {}

    /** Opens and initializes it; empty where it is not there or refuses. */
    public static Optional<Nvml> open() {
        return open(LIBRARY);
    }

    @SuppressWarnings("restricted") // to call it is what this class is for
    static Optional<Nvml> open(String library) {
        try {
            return open(SymbolLookup.libraryLookup(library, Arena.global()));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no library
        }
    }

    /** The same over functions of these names; empty where one is missing or it refuses. */
    static Optional<Nvml> open(SymbolLookup symbols) {
        try {
            Nvml nvml = new Nvml(symbols);
            return (int) function(symbols, "nvmlInit_v2").invokeExact() == SUCCESS
                    ? Optional.of(nvml)
                    : Optional.empty();
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty(); // another library, without these functions
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /**
     * The devices, read now: without those that the driver does not find any more, and none when it
     * does not even count them.
     */
    public List<Device> devices() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
            if ((int) count.invokeExact(number) != SUCCESS) {
                return List.of();
            }
            List<Device> devices = new ArrayList<>();
            for (int i = 0; i < number.get(ValueLayout.JAVA_INT, 0); i++) {
                device(arena, i).ifPresent(devices::add);
            }
            return devices;
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    private Optional<Device> device(Arena arena, int index) throws Throwable {
        MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
        if ((int) handle.invokeExact(index, pointer) != SUCCESS) {
            return Optional.empty();
        }
        MemorySegment device = pointer.get(ValueLayout.ADDRESS, 0);
        MemorySegment text = arena.allocate(NAME_LENGTH);
        String called =
                (int) name.invokeExact(device, text, NAME_LENGTH) == SUCCESS
                        ? text.getString(0)
                        : "unknown";
        MemorySegment bytes = arena.allocate(MEMORY);
        boolean told = (int) memory.invokeExact(device, bytes) == SUCCESS;
        return Optional.of(
                new Device(
                        called,
                        told
                                ? OptionalLong.of(bytes.getAtIndex(ValueLayout.JAVA_LONG, 0))
                                : OptionalLong.empty(),
                        told
                                ? OptionalLong.of(bytes.getAtIndex(ValueLayout.JAVA_LONG, 1))
                                : OptionalLong.empty()));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(
            SymbolLookup library, String name, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        library.find(name)
                                .orElseThrow(() -> new UnsatisfiedLinkError("no " + name)),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    private static RuntimeException rethrown(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }
}
