package io.brainmatrix.pod.mind;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who a mind is for the whole of one life.
 *
 * @param text with its variables filled in
 * @param variant its name and the beginning of its digest, for the record; at most 63 characters
 */
record Persona(String text, String variant) {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z][A-Za-z0-9_]*)\\}");
    private static final int NAME_MAX = 50;
    private static final int DIGEST_CHARS = 12;

    /** It names what nobody has declared. */
    @SuppressWarnings("serial") // never serialized
    static final class UnknownVariable extends Exception {
        UnknownVariable(String name, Map<String, String> known) {
            super(
                    "the persona names the variable `%s`, which is not declared; declared are %s"
                            .formatted(name, new TreeMap<>(known).keySet()));
        }
    }

    /**
     * Fills in the variables, of which what is filled in may have none.
     *
     * @throws UnknownVariable when one is not declared
     */
    static Persona of(String name, String template, Map<String, String> variables)
            throws UnknownVariable {
        StringBuilder text = new StringBuilder();
        Matcher variable = VARIABLE.matcher(template);
        while (variable.find()) {
            String value = variables.get(variable.group(1));
            if (value == null) {
                throw new UnknownVariable(variable.group(1), variables);
            }
            variable.appendReplacement(text, Matcher.quoteReplacement(value));
        }
        variable.appendTail(text);
        String filled = text.toString().strip();
        return new Persona(
                filled,
                name.substring(0, Math.min(NAME_MAX, name.length()))
                        + "@"
                        + Sha256.of(filled.getBytes(StandardCharsets.UTF_8))
                                .substring(0, DIGEST_CHARS));
    }

    /** SHA-256 in hexadecimal digits. */
    static final class Sha256 {
        private Sha256() {}

        static String of(byte[] bytes) {
            try {
                return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }
}
