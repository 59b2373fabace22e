package io.brainmatrix.pod.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonGrammarTest {
    private static String grammar(String schema) throws IOException, ApiError {
        return JsonGrammar.of(Exchange.JSON.readTree(schema.replace('\'', '"')), "schema");
    }

    private static void refusedAt(String path, String schema) {
        assertThatThrownBy(() -> grammar(schema))
                .as(schema.substring(0, Math.min(schema.length(), 200)))
                .isInstanceOfSatisfying(
                        ApiError.class,
                        e -> {
                            assertThat(e.status()).isEqualTo(400);
                            assertThat(e.param()).isEqualTo(path);
                        });
    }

    @Test
    void propertiesComeInOrderWithCommasBetweenThoseThatAreThere() throws IOException, ApiError {
        assertThat(
                        grammar(
                                "{'type':'object','required':['b'],'properties':{'a':{'type':'null'},'b':{'type':'boolean'}}}"))
                .startsWith(
                        """
                        root ::= object-4
                        first-0 ::= "\\"b\\"" ":" ws boolean ws ""
                        next-1 ::= "," ws "\\"b\\"" ":" ws boolean ws ""
                        first-2 ::= "\\"a\\"" ":" ws null ws next-1 | first-0
                        next-3 ::= "," ws "\\"a\\"" ":" ws null ws next-1 | next-1
                        object-4 ::= "{" ws first-2 "}"
                        """);
    }

    @Test
    void whatAJsonStringEscapesIsEscapedInTheGrammarAsWell() throws IOException, ApiError {
        assertThat(grammar("{'enum':['a\\\\b','\\u0001','say \\\"x\\\"','é','a\\\\b']}"))
                .contains(
                        """
                        text-0 ::= "\\"a\\\\\\\\b\\"" | "\\"\\\\u0001\\"" | "\\"say \\\\\\"x\\\\\\"\\"" | "\\"é\\""
                        """);
    }

    @Test
    void aDefinitionIsTakenWhereItIsReferredTo() throws IOException, ApiError {
        assertThat(
                        grammar(
                                "{'$defs':{'p':{'type':'integer'}},'anyOf':[{'$ref':'#/$defs/p','description':'x'},{'type':['null','string']}]}"))
                .startsWith(
                        "root ::= choice-1\nchoice-0 ::= null | string\nchoice-1 ::= integer | choice-0\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "schema                      | 1",
                "schema                      | true",
                "schema.type                 | {}",
                "schema.type                 | {'type':'date'}",
                "schema.type                 | {'type':[]}",
                "schema.type                 | {'type':['string','date']}",
                "schema.minLength            | {'type':'string','minLength':1}",
                "schema.pattern              | {'type':'string','pattern':'a'}",
                "schema.format               | {'type':'string','format':'date'}",
                "schema.minimum              | {'type':'integer','minimum':0}",
                "schema.properties           | {'type':'string','properties':{}}",
                "schema.items                | {'type':'object','items':{'type':'null'}}",
                "schema.items                | {'type':'array','items':[]}",
                "schema.items.type           | {'type':'array','items':{}}",
                "schema.uniqueItems          | {'type':'array','uniqueItems':true}",
                "schema.properties           | {'type':'object','properties':[]}",
                "schema.properties.a.maximum | {'type':'object','properties':{'a':{'type':'number','maximum':1}}}",
                "schema.properties.a.items.oneOf | {'type':'object','properties':{'a':{'type':'array','items':{'type':'null','oneOf':[]}}}}",
                "schema.additionalProperties | {'type':'object','properties':{},'additionalProperties':true}",
                "schema.additionalProperties | {'type':'object','additionalProperties':{'type':'string'}}",
                "schema.patternProperties    | {'type':'object','patternProperties':{}}",
                "schema.required             | {'type':'object','properties':{'a':{'type':'null'}},'required':['b']}",
                "schema.required             | {'type':'object','properties':{'a':{'type':'null'}},'required':'a'}",
                "schema.required             | {'type':'object','required':['a']}",
                "schema.enum                 | {'enum':[]}",
                "schema.enum                 | {'enum':['a',1]}",
                "schema.enum                 | {'enum':'a'}",
                "schema.enum                 | {'enum':['\\ud800']}",
                "schema.const                | {'const':1}",
                "schema.type                 | {'type':'integer','enum':['a']}",
                "schema.anyOf                | {'anyOf':[]}",
                "schema.anyOf[1].type        | {'anyOf':[{'type':'null'},{}]}",
                "schema.type                 | {'type':'null','anyOf':[{'type':'null'}]}",
                "schema.$ref                 | {'$ref':'#/$defs/a'}",
                "schema.$ref                 | {'$ref':'http://example.com/schema'}",
                "schema.$ref                 | {'$ref':1}",
                "schema.items.$defs          | {'type':'array','items':{'type':'null','$defs':{}}}",
                "schema                      | {'$defs':{'a':{'$ref':'#/$defs/a'}},'$ref':'#/$defs/a'}"
            })
    void whatIsNotSupportedIsRefusedWithItsPath(String path, String schema) {
        refusedAt(path, schema);
    }

    @Test
    void itsSizeIsBounded() throws IOException, ApiError {
        refusedAt("schema" + ".items".repeat(JsonGrammar.DEPTH_MAX), nested(JsonGrammar.DEPTH_MAX));
        assertThat(grammar(nested(JsonGrammar.DEPTH_MAX - 1))).contains("root ::= array-");

        refusedAt("schema.enum", choices(JsonGrammar.CHOICES_MAX + 1, ""));
        assertThat(grammar(choices(JsonGrammar.CHOICES_MAX, ""))).contains("63");
        refusedAt("schema.enum", choices(10, "x".repeat(JsonGrammar.LITERALS_MAX / 10)));

        refusedAt("schema.properties", properties(JsonGrammar.PROPERTIES_MAX + 1, "'null'"));
        assertThat(grammar(properties(JsonGrammar.PROPERTIES_MAX, "'null'"))).contains("p63");
    }

    /** Each definition twice in the next: without a bound their number doubles at each. */
    @Test
    void referencesCannotMultiply() {
        StringBuilder definitions = new StringBuilder("'d0':{'type':'null'}");
        for (int i = 1; i <= JsonGrammar.DEPTH_MAX; i++) {
            String below = "{'$ref':'#/$defs/d%d'}".formatted(i - 1);
            definitions.append(
                    ",'d%d':{'anyOf':[%s]}"
                            .formatted(
                                    i, String.join(",", java.util.Collections.nCopies(8, below))));
        }

        assertThatThrownBy(() -> grammar("{'$defs':{" + definitions + "},'$ref':'#/$defs/d3'}"))
                .hasMessageContaining("more than %d schemas".formatted(JsonGrammar.SCHEMAS_MAX));
    }

    @Test
    void aLongNameIsShownInPart() {
        ObjectNode schema = Exchange.JSON.createObjectNode().put("type", "object");
        schema.putObject("properties").putObject("x".repeat(100));

        refusedAt("schema.properties." + "x".repeat(64) + "….type", schema.toString());
    }

    private static String nested(int depth) {
        return "{'type':'array','items':".repeat(depth) + "{'type':'null'}" + "}".repeat(depth);
    }

    private static String choices(int count, String padding) {
        return IntStream.range(0, count)
                .mapToObj(i -> "'" + padding + i + "'")
                .collect(Collectors.joining(",", "{'enum':[", "]}"));
    }

    private static String properties(int count, String type) {
        return IntStream.range(0, count)
                .mapToObj(i -> "'p%d':{'type':%s}".formatted(i, type))
                .collect(Collectors.joining(",", "{'type':'object','properties':{", "}}"));
    }
}
