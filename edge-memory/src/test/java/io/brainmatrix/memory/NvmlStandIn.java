package io.brainmatrix.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Plays NVIDIA's library: native functions (upcalls) with the signatures of {@code nvml.h}, over
 * cards that a test adds. A device's handle is an address that only this one understands, and
 * nothing works before {@code nvmlInit_v2}.
 */
final class NvmlStandIn {
    private static final int SUCCESS = 0;
    private static final int UNINITIALIZED = 1;
    private static final int INVALID_ARGUMENT = 2;
    private static final int INSUFFICIENT_SIZE = 7;
    private static final int UNKNOWN = 999;
    private static final long HANDLES = 0x7000;

    private final Map<String, MemorySegment> functions = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Long> totals = new ArrayList<>();
    private final List<Long> frees = new ArrayList<>();
    private final Set<String> failing = new HashSet<>();
    private int inits;

    NvmlStandIn(Arena arena) {
        function(arena, "nvmlInit_v2", "init");
        function(arena, "nvmlDeviceGetCount_v2", "count", ValueLayout.ADDRESS);
        function(
                arena,
                "nvmlDeviceGetHandleByIndex_v2",
                "handle",
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS);
        function(
                arena,
                "nvmlDeviceGetName",
                "name",
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT);
        function(
                arena,
                "nvmlDeviceGetMemoryInfo",
                "memory",
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS);
    }

    @SuppressWarnings("restricted") // native functions are what this class is for
    private void function(Arena arena, String symbol, String method, MemoryLayout... arguments) {
        FunctionDescriptor signature = FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments);
        MethodType type = signature.toMethodType();
        try {
            functions.put(
                    symbol,
                    Linker.nativeLinker()
                            .upcallStub(
                                    MethodHandles.lookup().bind(this, method, type),
                                    signature,
                                    arena));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A card more, in bytes. */
    void add(String name, long total, long free) {
        names.add(name);
        totals.add(total);
        frees.add(free);
    }

    /** What is free of a card from now on, in bytes. */
    void free(int index, long free) {
        frees.set(index, free);
    }

    /** From now on the function fails. */
    void failing(String function) {
        failing.add(function);
    }

    /** From now on the function fails for this card. */
    void failing(String function, int index) {
        failing.add(function + index);
    }

    /** How often it was started. */
    int inits() {
        return inits;
    }

    SymbolLookup symbols() {
        return name -> Optional.ofNullable(functions.get(name));
    }

    int init() {
        if (failing.contains("nvmlInit_v2")) {
            return UNKNOWN;
        }
        inits++;
        return SUCCESS;
    }

    int count(MemorySegment number) {
        if (failing.contains("nvmlDeviceGetCount_v2")) {
            return UNKNOWN;
        }
        if (inits == 0) {
            return UNINITIALIZED;
        }
        sized(number, Integer.BYTES).set(ValueLayout.JAVA_INT, 0, names.size());
        return SUCCESS;
    }

    int handle(int index, MemorySegment pointer) {
        if (index < 0 || index >= names.size()) {
            return INVALID_ARGUMENT;
        }
        if (failing.contains("nvmlDeviceGetHandleByIndex_v2" + index)) {
            return UNKNOWN;
        }
        sized(pointer, Long.BYTES)
                .set(ValueLayout.ADDRESS, 0, MemorySegment.ofAddress(HANDLES + index));
        return SUCCESS;
    }

    int name(MemorySegment device, MemorySegment text, int length) {
        int index = index(device);
        if (index < 0) {
            return INVALID_ARGUMENT;
        }
        byte[] bytes = (names.get(index) + "\0").getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > length) {
            return INSUFFICIENT_SIZE;
        }
        if (failing.contains("nvmlDeviceGetName" + index)) {
            return UNKNOWN;
        }
        sized(text, length).copyFrom(MemorySegment.ofArray(bytes));
        return SUCCESS;
    }

    /** {@code nvmlMemory_t}: total, free, used. */
    int memory(MemorySegment device, MemorySegment bytes) {
        int index = index(device);
        if (index < 0) {
            return INVALID_ARGUMENT;
        }
        if (failing.contains("nvmlDeviceGetMemoryInfo" + index)) {
            return UNKNOWN;
        }
        MemorySegment memory = sized(bytes, 3 * Long.BYTES);
        memory.setAtIndex(ValueLayout.JAVA_LONG, 0, totals.get(index));
        memory.setAtIndex(ValueLayout.JAVA_LONG, 1, frees.get(index));
        memory.setAtIndex(ValueLayout.JAVA_LONG, 2, totals.get(index) - frees.get(index));
        return SUCCESS;
    }

    private int index(MemorySegment device) {
        long index = device.address() - HANDLES;
        return index >= 0 && index < names.size() ? (int) index : -1;
    }

    @SuppressWarnings("restricted") // a pointer comes without a size
    private static MemorySegment sized(MemorySegment pointer, long bytes) {
        return pointer.reinterpret(bytes);
    }
}
