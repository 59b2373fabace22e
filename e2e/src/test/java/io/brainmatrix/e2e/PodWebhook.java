package io.brainmatrix.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionResponseBuilder;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionReview;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A mutating admission webhook, as many clusters have one: it changes every pod that is made in one
 * namespace. It answers on this machine's loopback, where the API server is too.
 */
final class PodWebhook implements AutoCloseable {
    private static final String ALIAS = "webhook";

    /** Guards a key that lives as long as a test, on the machine of the test. */
    private static final String PASSWORD = "changeit";

    private final Cluster cluster;
    private final HttpsServer server;
    private final ExecutorService answers = Executors.newVirtualThreadPerTaskExecutor();
    private final MutatingWebhookConfiguration configuration;

    /**
     * @param patch a JSON Patch (RFC 6902)
     */
    private PodWebhook(Cluster cluster, String namespace, String patch) throws IOException {
        this.cluster = cluster;
        try {
            KeyStore keys = ownKeys();
            server =
                    HttpsServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls(keys)));
            server.setExecutor(answers);
            server.createContext("/", exchange -> answer(exchange, patch));
            server.start();
            configuration = configuration(namespace, certificate(keys));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        cluster.client().resource(configuration).create();
    }

    /** Changes all pods made in a namespace from now on, by a JSON Patch (RFC 6902). */
    static PodWebhook changing(Cluster cluster, String namespace, String patch) {
        try {
            return new PodWebhook(cluster, namespace, patch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cluster.client().resource(configuration).delete();
        server.stop(0);
        answers.close();
    }

    private static void answer(HttpExchange exchange, String patch) throws IOException {
        try (exchange) {
            AdmissionReview review =
                    Serialization.unmarshal(exchange.getRequestBody(), AdmissionReview.class);
            review.setResponse(
                    new AdmissionResponseBuilder()
                            .withUid(review.getRequest().getUid())
                            .withAllowed(true)
                            .withPatchType("JSONPatch")
                            .withPatch(Base64.getEncoder().encodeToString(patch.getBytes(UTF_8)))
                            .build());
            review.setRequest(null);
            byte[] body = Serialization.asJson(review).getBytes(UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private MutatingWebhookConfiguration configuration(String namespace, String certificate) {
        return new MutatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName("changes-pods-of-" + namespace)
                .endMetadata()
                .addNewWebhook()
                .withName("pods.e2e.brainmatrix.io")
                .withAdmissionReviewVersions("v1")
                .withSideEffects("None")
                .withFailurePolicy("Fail")
                .withNewNamespaceSelector()
                .addToMatchLabels("kubernetes.io/metadata.name", namespace)
                .endNamespaceSelector()
                .addNewRule()
                .withApiGroups("")
                .withApiVersions("v1")
                .withOperations("CREATE")
                .withResources("pods")
                .endRule()
                .withNewClientConfig()
                .withUrl("https://127.0.0.1:%d/".formatted(server.getAddress().getPort()))
                .withCaBundle(certificate)
                .endClientConfig()
                .endWebhook()
                .build();
    }

    private static KeyStore ownKeys() throws IOException, GeneralSecurityException {
        Path folder = Files.createTempDirectory("webhook");
        Path file = folder.resolve("keys.p12");
        try {
            World.run(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    ALIAS,
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=webhook",
                    "-ext",
                    "SAN=IP:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    file.toString(),
                    "-storepass",
                    PASSWORD);
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            return keys;
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private static SSLContext tls(KeyStore keys) throws GeneralSecurityException {
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        return tls;
    }

    /** PEM, and that in base64: as {@code caBundle} wants it. */
    private static String certificate(KeyStore keys) throws GeneralSecurityException {
        String pem =
                "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                        .formatted(
                                Base64.getMimeEncoder()
                                        .encodeToString(keys.getCertificate(ALIAS).getEncoded()));
        return Base64.getEncoder().encodeToString(pem.getBytes(UTF_8));
    }
}
