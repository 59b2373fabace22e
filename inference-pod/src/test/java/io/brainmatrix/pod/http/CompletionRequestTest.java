package io.brainmatrix.pod.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionRequestTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static CompletionRequest parse(String body, boolean chat) throws IOException, ApiError {
        return CompletionRequest.parse(JSON.readTree(body), chat);
    }

    @Test
    void unknownFieldsAreTolerated() throws IOException, ApiError {
        CompletionRequest request =
                parse("{\"prompt\":\"the\",\"user\":\"x\",\"max_tokens\":3}", false);

        assertThat(request.prompt()).isEqualTo("the");
        assertThat(request.maxTokens()).isEqualTo(OptionalInt.of(3));
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
