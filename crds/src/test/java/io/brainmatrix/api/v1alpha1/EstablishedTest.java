package io.brainmatrix.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link Established}. */
class EstablishedTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            quoteCharacter = '#',
            delimiter = ';',
            value = {
                "{}; false",
                "{\"status\": {}}; false",
                // what an API server tells right after the creation
                "{\"status\": {\"conditions\": null, \"storedVersions\": null}}; false",
                "{\"status\": {\"conditions\": []}}; false",
                "{\"status\": {\"conditions\": [{\"type\": \"NamesAccepted\", \"status\": \"True\"}]}}; false",
                "{\"status\": {\"conditions\": [{\"type\": \"Established\", \"status\": \"False\"}]}}; false",
                "{\"status\": {\"conditions\": [{\"type\": \"Established\", \"status\": \"True\"}]}}; true"
            })
    void aDefinitionIsServedOnceTheServerSaysSo(String told, boolean served) {
        CustomResourceDefinition definition =
                Serialization.unmarshal(told, CustomResourceDefinition.class);
        assertThat(Established.established(definition)).isEqualTo(served);
    }
}
