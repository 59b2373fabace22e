package io.brainmatrix.embedded.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {
    private static JsonNode object() throws IOException {
        return new ObjectMapper()
                .readTree(
                        """
                        {"metadata":{"name":"n","labels":{"a":"1","x.io/b":"2"}},"spec":{"nodeName":"here"}}
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=1 | true",
                "a==1 | true",
                "a=2 | false",
                "a!=2 | true",
                "c!=2 | true",
                "a=1,x.io/b=2 | true",
                "a=1,x.io/b=3 | false",
                "a in (1,2) | true",
                "a in (2,3),x.io/b | false",
                "a notin (2,3) | true",
                "a notin (1) | false",
                "c notin (1) | true",
                "x.io/b | true",
                "!c | true",
                "!a | false"
            })
    void labelsAreSelectedAsKubernetesSays(String selector, boolean selected) throws IOException {
        assertThat(Selector.of(selector, null).test(object())).isEqualTo(selected);
    }

    @ParameterizedTest
    @CsvSource({
        "metadata.name=n,true",
        "spec.nodeName!=here,false",
        "spec.nodeName=,false",
        "status.phase=,true"
    })
    void fieldsAreSelectedByTheirPath(String selector, boolean selected) throws IOException {
        assertThat(Selector.of("", selector).test(object())).isEqualTo(selected);
    }

    @Test
    void whatCannotBeReadIsRefused() {
        assertThatExceptionOfType(ApiException.class).isThrownBy(() -> Selector.of("a in 1", null));
    }
}
