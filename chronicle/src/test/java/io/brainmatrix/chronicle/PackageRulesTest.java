package io.brainmatrix.chronicle;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Time is a value or an argument, and what decides knows neither cluster nor network. */
class PackageRulesTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.brainmatrix.chronicle");

    @Test
    void onlyTheShellReadsClocksAndTheEnvironment() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.(Main|Chronicle)(\\$.*)?")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .check(CLASSES);
    }

    @Test
    void onlyTheAdapterKnowsTheCluster() {
        noClasses()
                .that()
                .resideInAnyPackage("..entry..", "..store..", "..access..", "..feed..", "..http..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8..", "..chronicle.kube..")
                .check(CLASSES);
    }

    @Test
    void whatDecidesIsPure() {
        noClasses()
                .that()
                .resideInAnyPackage("..entry..", "..access..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "java.net..", "com.sun..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(System.Logger.class)
                .check(CLASSES);
    }
}
