package io.brainmatrix.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TargetTest {
    @Test
    void aNamedClusterGoesBeforeOneInDocker() {
        assertThat(Target.choose(false, "/a/config", true, true))
                .isEqualTo(new Target.Existing(Path.of("/a/config")));
    }

    @Test
    void aNamedClusterThatCannotBeReadIsNotReplacedByAnother() {
        assertThat(Target.choose(false, "/a/config", false, true))
                .isEqualTo(
                        new Target.Nowhere("KUBECONFIG names `/a/config`, which cannot be read"));
    }

    @Test
    void startsK3sWhereDockerAnswers() {
        assertThat(Target.choose(false, "", false, true))
                .isEqualTo(new Target.Container(Target.K3S_IMAGE));
    }

    @Test
    void takesThisMachineWhereThereIsNothing() {
        assertThat(Target.choose(false, "", false, false)).isEqualTo(new Target.Embedded());
    }

    @Test
    void takesThisMachineWhenAskedTo() {
        assertThat(Target.choose(true, "/a/config", true, true)).isEqualTo(new Target.Embedded());
    }
}
