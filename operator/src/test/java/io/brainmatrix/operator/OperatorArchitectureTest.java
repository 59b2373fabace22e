package io.brainmatrix.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What decides touches nothing of the world: it gets a snapshot and gives a plan. */
class OperatorArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.brainmatrix.operator");
    private static final String[] DECIDING = {
        "..operator.admission..",
        "..operator.recovery..",
        "..operator.placement..",
        "..operator.matrix..",
        "..operator.workload.."
    };

    @Test
    void whatDecidesKnowsNothingOfThoseWhoReadAndAct() {
        noClasses()
                .that()
                .resideInAnyPackage(DECIDING)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "..operator.kube..",
                        "..operator.reconciler..",
                        "..operator.metrics..",
                        "io.javaoperatorsdk..",
                        "io.quarkus..",
                        "io.fabric8.kubernetes.client.dsl..",
                        "org.jboss.logging..")
                .check(CLASSES);
    }

    @Test
    void whatDecidesReadsNoClockAndNoEnvironment() {
        noClasses()
                .that()
                .resideInAnyPackage(DECIDING)
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Clock.class, "instant")
                .check(CLASSES);
    }

    @Test
    void r5NobodySleeps() {
        noClasses()
                .should()
                .callMethodWhere(
                        DescribedPredicate.describe(
                                "lets time pass", OperatorArchitectureTest::letsTimePass))
                .check(CLASSES);
    }

    private static boolean letsTimePass(JavaMethodCall call) {
        return (call.getName().equals("sleep")
                        && (call.getTargetOwner().isEquivalentTo(Thread.class)
                                || call.getTargetOwner().isEquivalentTo(TimeUnit.class)))
                || call.getTargetOwner().isEquivalentTo(LockSupport.class);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.brainmatrix.operator.(*)..").should().beFreeOfCycles().check(CLASSES);
    }
}
