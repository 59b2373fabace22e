package io.brainmatrix.agent;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Time is a value, the environment an argument: only the shell reads them. */
class PackageRulesTest {
    private static final String SHELL = ".*\\.(Main|Agent)(\\$.*)?";
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.brainmatrix.agent");

    @Test
    void onlyTheShellReadsClocks() {
        noClasses()
                .that()
                .haveNameNotMatching(SHELL)
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .check(CLASSES);
    }

    @Test
    void onlyTheShellReadsTheEnvironmentAndLogs() {
        noClasses()
                .that()
                .haveNameNotMatching(SHELL)
                .should()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(System.Logger.class)
                .check(CLASSES);
    }

    @Test
    void startsNoProcess() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Process.class)
                .orShould()
                .callMethodWhere(
                        target(owner(type(Runtime.class))).and(target(nameMatching("exec"))))
                .check(CLASSES);
    }

    @Test
    void knowsNoQuarkus() {
        noClasses().should().dependOnClassesThat().resideInAPackage("io.quarkus..").check(CLASSES);
    }
}
