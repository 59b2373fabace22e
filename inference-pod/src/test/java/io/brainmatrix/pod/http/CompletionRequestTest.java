package io.brainmatrix.pod.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.brainmatrix.pod.engine.Engine;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionRequestTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static CompletionRequest parse(String body, boolean chat) throws IOException, ApiError {
        return CompletionRequest.parse(JSON.readTree(body), chat, 1000);
    }

    @Test
    void unknownFieldsAreTolerated() throws IOException, ApiError {
        CompletionRequest request =
                parse("{\"prompt\":\"the\",\"user\":\"x\",\"max_tokens\":3}", false);

        assertThat(request.prompt()).isEqualTo("the");
        assertThat(request.maxTokens()).isEqualTo(OptionalInt.of(3));
    }

    @Test
    void penaltiesAndBiasesAreTaken() throws IOException, ApiError {
        Engine.Sampling sampling =
                parse(
                                "{\"prompt\":\"a\",\"frequency_penalty\":-2,\"presence_penalty\":1.5,\"logit_bias\":{\"0\":-100,\"999\":1}}",
                                false)
                        .sampling();

        assertThat(sampling.frequencyPenalty()).isEqualTo(-2);
        assertThat(sampling.presencePenalty()).isEqualTo(1.5);
        assertThat(sampling.logitBias()).containsOnly(Map.entry(0, -100.0), Map.entry(999, 1.0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "temperature | {\"prompt\":\"a\",\"temperature\":1e999}",
                "temperature | {\"prompt\":\"a\",\"temperature\":\"hot\"}",
                "temperature | {\"prompt\":\"a\",\"temperature\":-1}",
                "top_p       | {\"prompt\":\"a\",\"top_p\":2}",
                "max_tokens  | {\"prompt\":\"a\",\"max_tokens\":-1}",
                "n           | {\"prompt\":\"a\",\"n\":2}",
                "stop        | {\"prompt\":\"a\",\"stop\":[\"\"]}",
                "stream      | {\"prompt\":\"a\",\"stream\":\"yes\"}",
                "frequency_penalty | {\"prompt\":\"a\",\"frequency_penalty\":2.1}",
                "presence_penalty | {\"prompt\":\"a\",\"presence_penalty\":\"NaN\"}",
                "logit_bias  | {\"prompt\":\"a\",\"logit_bias\":{\"1000\":1}}",
                "logit_bias  | {\"prompt\":\"a\",\"logit_bias\":{\"-1\":1}}",
                "logit_bias  | {\"prompt\":\"a\",\"logit_bias\":{\"the\":1}}",
                "logit_bias  | {\"prompt\":\"a\",\"logit_bias\":{\"1\":101}}",
                "logit_bias  | {\"prompt\":\"a\",\"logit_bias\":[1]}",
                "prompt      | {\"prompt\":[1,2]}",
                "prompt      | {}"
            })
    void theFieldAtFaultIsNamed(String field, String body) {
        assertThatThrownBy(() -> parse(body, false))
                .isInstanceOfSatisfying(
                        ApiError.class,
                        e -> {
                            assertThat(e.status()).isEqualTo(400);
                            assertThat(e.param()).isEqualTo(field);
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"messages\":[]}",
                "{\"messages\":[{\"role\":\"pope\",\"content\":\"x\"}]}",
                "{\"messages\":[{\"role\":\"user\"}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}"
            })
    void aChatWithoutProperMessagesIsRefused(String body) {
        assertThatThrownBy(() -> parse(body, true))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.param()).isEqualTo("messages"));
    }
}
