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
import org.junit.jupiter.params.provider.ValueSource;

class CompletionRequestTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static CompletionRequest parse(String body, boolean chat) throws IOException, ApiError {
        return CompletionRequest.parse(
                JSON.readTree(body), chat, new CompletionEndpoint.Model("jar-subject", 512, 1000));
    }

    @Test
    void fieldsThatChangeNothingAreTolerated() throws IOException, ApiError {
        CompletionRequest request =
                parse(
                        "{\"prompt\":\"the\",\"max_tokens\":3,\"user\":\"x\",\"metadata\":{\"a\":\"b\"},\"store\":true,\"service_tier\":\"auto\",\"parallel_tool_calls\":true,\"stream_options\":null,\"reasoning_effort\":\"low\",\"n\":1,\"logprobs\":null,\"tools\":[],\"tool_choice\":\"none\",\"nobody_knows\":[1]}",
                        false);

        assertThat(request.prompt()).isEqualTo("the");
        assertThat(request.maxTokens()).isEqualTo(OptionalInt.of(3));
        assertThat(request.grammar()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"model\":null}", "{\"model\":\"jar-subject\"}"})
    void theServedModelMayBeNamedOrNot(String body) {
        assertThatThrownBy(() -> parse(body, false))
                .as("only the prompt is missing")
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.param()).isEqualTo("prompt"));
    }

    @Test
    void anotherModelIsNotFound() {
        assertThatThrownBy(() -> parse("{\"prompt\":\"the\",\"model\":\"gpt-4\"}", false))
                .hasMessageContaining("`jar-subject`")
                .isInstanceOfSatisfying(
                        ApiError.class,
                        e -> {
                            assertThat(e.status()).isEqualTo(404);
                            assertThat(e.param()).isEqualTo("model");
                            assertThat(e.code()).isEqualTo("model_not_found");
                        });
    }

    @ParameterizedTest
    @CsvSource({"0,0", "2147483647,2147483647", "-1,-1", "4294967296,1", "-2,1"})
    void everyWholeNumberIsASeed(String asked, int seed) throws IOException, ApiError {
        assertThat(parse("{\"prompt\":\"a\",\"seed\":" + asked + "}", false).sampling().seed())
                .isEqualTo(seed);
    }

    @Test
    void theNewerNameOfABoundCounts() throws IOException, ApiError {
        assertThat(
                        parse(
                                        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":3,\"max_completion_tokens\":4}",
                                        true)
                                .maxTokens())
                .hasValue(4);
    }

    @Test
    void penaltiesAndBiasesAreTaken() throws IOException, ApiError {
        Engine.Sampling sampling =
                parse(
                                "{\"prompt\":\"a\",\"frequency_penalty\":-2,\"presence_penalty\":1.5,\"logit_bias\":{\"0\":-100,\"999\":1},\"min_p\":0.5,\"repeat_penalty\":1.25}",
                                false)
                        .sampling();

        assertThat(sampling.frequencyPenalty()).isEqualTo(-2);
        assertThat(sampling.presencePenalty()).isEqualTo(1.5);
        assertThat(sampling.minP()).isEqualTo(0.5);
        assertThat(sampling.repeatPenalty()).isEqualTo(1.25);
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
                "max_tokens  | {\"prompt\":\"a\",\"max_tokens\":0.5}",
                "max_tokens  | {\"prompt\":\"a\",\"max_tokens\":9223372036854775808}",
                "top_k       | {\"prompt\":\"a\",\"top_k\":1.5}",
                "min_p       | {\"prompt\":\"a\",\"min_p\":1.1}",
                "repeat_penalty | {\"prompt\":\"a\",\"repeat_penalty\":0}",
                "seed        | {\"prompt\":\"a\",\"seed\":0.5}",
                "model       | {\"prompt\":\"a\",\"model\":1}",
                "n           | {\"prompt\":\"a\",\"n\":2}",
                "n           | {\"prompt\":\"a\",\"n\":\"1\"}",
                "best_of     | {\"prompt\":\"a\",\"best_of\":2}",
                "logprobs    | {\"prompt\":\"a\",\"logprobs\":true}",
                "logprobs    | {\"prompt\":\"a\",\"logprobs\":0}",
                "top_logprobs | {\"prompt\":\"a\",\"top_logprobs\":3}",
                "echo        | {\"prompt\":\"a\",\"echo\":true}",
                "suffix      | {\"prompt\":\"a\",\"suffix\":\"b\"}",
                "tools       | {\"prompt\":\"a\",\"tools\":[{}]}",
                "tool_choice | {\"prompt\":\"a\",\"tool_choice\":\"required\"}",
                "functions   | {\"prompt\":\"a\",\"functions\":[{}]}",
                "modalities  | {\"prompt\":\"a\",\"modalities\":[\"audio\"]}",
                "n_probs     | {\"prompt\":\"a\",\"n_probs\":1}",
                "ignore_eos  | {\"prompt\":\"a\",\"ignore_eos\":true}",
                "grammar     | {\"prompt\":\"a\",\"grammar\":\"root ::= x\"}",
                "json_schema | {\"prompt\":\"a\",\"json_schema\":{}}",
                "response_format | {\"prompt\":\"a\",\"response_format\":\"json\"}",
                "response_format.type | {\"prompt\":\"a\",\"response_format\":{\"type\":\"xml\"}}",
                "response_format.json_schema.schema | {\"prompt\":\"a\",\"response_format\":{\"type\":\"json_schema\"}}",
                "stream_options | {\"prompt\":\"a\",\"stream_options\":true}",
                "stream_options.include_usage | {\"prompt\":\"a\",\"stream_options\":{\"include_usage\":1}}",
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
                "messages | {\"messages\":[]}",
                "messages[0].role | {\"messages\":[{\"role\":\"pope\",\"content\":\"x\"}]}",
                "messages[0].content | {\"messages\":[{\"role\":\"user\"}]}",
                "messages[1].content | {\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}"
            })
    void aChatWithoutProperMessagesIsRefused(String at, String body) {
        assertThatThrownBy(() -> parse(body, true))
                .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.param()).isEqualTo(at));
    }
}
