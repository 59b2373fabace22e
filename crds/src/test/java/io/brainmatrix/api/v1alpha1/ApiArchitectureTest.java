package io.brainmatrix.api.v1alpha1;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What the API may know: it is read by the agent on every small node, so it stays light. */
class ApiArchitectureTest {
    private static final JavaClasses API =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.brainmatrix.api");

    @Test
    void importsOnlyJacksonAndTheModelAndAnnotationsOfFabric8() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        not(
                                resideInAnyPackage(
                                                "java..",
                                                "io.brainmatrix.api..",
                                                "com.fasterxml.jackson.annotation",
                                                "com.fasterxml.jackson.databind..",
                                                "io.fabric8.generator.annotation",
                                                "io.fabric8.kubernetes.api.model..",
                                                "io.fabric8.kubernetes.model.annotation",
                                                "org.jspecify.annotations")
                                        // Where the base class of every custom resource lives.
                                        .or(
                                                com.tngtech.archunit.core.domain.JavaClass
                                                        .Predicates.assignableTo(
                                                        io.fabric8.kubernetes.client.CustomResource
                                                                .class))))
                .check(API);
    }

    @Test
    void readsNoClockAndNoEnvironment() {
        noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .check(API);
    }
}
