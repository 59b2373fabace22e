package io.brainmatrix.memory;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The kernel's thermal zones, found once; thousandths of a degree Celsius. */
public final class ThermalZones {
    /** A zone whose sensor is switched off reads -256 degrees on a Tegra, and 0 K elsewhere. */
    private static final long IMPOSSIBLE = -100_000;

    private final List<Zone> zones;

    private ThermalZones(List<Zone> zones) {
        this.zones = List.copyOf(zones);
    }

    private record Zone(Path temperature, String type, OptionalLong limit) {}

    /**
     * One zone, read now.
     *
     * @param type as the kernel has it, such as {@code cpu-thermal}
     * @param limit the lowest temperature at which the kernel slows down or shuts down for it;
     *     empty where it declares none
     */
    public record Heat(String type, long milliCelsius, OptionalLong limit) {}

    /** Finds all below a root such as {@code /sys}; most virtual machines have none. */
    public static ThermalZones find(Path sys) {
        List<Zone> zones = new ArrayList<>();
        try (DirectoryStream<Path> directories =
                Files.newDirectoryStream(sys.resolve("class/thermal"), "thermal_zone*")) {
            for (Path directory : directories) {
                text(directory.resolve("type"))
                        .map(type -> new Zone(directory.resolve("temp"), type, limit(directory)))
                        .ifPresent(zones::add);
            }
        } catch (IOException | DirectoryIteratorException e) {
            return new ThermalZones(List.of());
        }
        return new ThermalZones(zones);
    }

    /** The zones that tell a temperature now: a sensor may be switched off for a while. */
    public List<Heat> read() {
        List<Heat> told = new ArrayList<>();
        for (Zone zone : zones) {
            OptionalLong now = number(zone.temperature());
            if (now.isPresent() && now.getAsLong() > IMPOSSIBLE) {
                told.add(new Heat(zone.type(), now.getAsLong(), zone.limit()));
            }
        }
        return told;
    }

    private static OptionalLong limit(Path zone) {
        OptionalLong lowest = OptionalLong.empty();
        for (int trip = 0; ; trip++) {
            Optional<String> type = text(zone.resolve("trip_point_%d_type".formatted(trip)));
            if (type.isEmpty()) {
                return lowest;
            }
            // An "active" one only starts a fan.
            boolean harms =
                    type.get().equals("passive")
                            || type.get().equals("hot")
                            || type.get().equals("critical");
            OptionalLong at = number(zone.resolve("trip_point_%d_temp".formatted(trip)));
            boolean on = at.isPresent() && at.getAsLong() > 0;
            if (harms && on && at.getAsLong() < lowest.orElse(Long.MAX_VALUE)) {
                lowest = at;
            }
        }
    }

    private static OptionalLong number(Path file) {
        return text(file)
                .filter(text -> text.matches("-?\\d{1,9}"))
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElseGet(OptionalLong::empty);
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
