package io.brainmatrix.chronicle.kube;

import io.brainmatrix.api.v1alpha1.BrainMatrix;
import io.brainmatrix.chronicle.access.Caller;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Token → TokenReview → pod → owner → the matrix's spec and status; people by their rights. */
public final class ClusterIdentities implements Identities {
    /** The audience that a token must be for: no other program's token opens the chronicle. */
    public static final String AUDIENCE = "brainmatrix-chronicle";

    private static final String POD_NAME = "authentication.kubernetes.io/pod-name";
    private static final String POD_UID = "authentication.kubernetes.io/pod-uid";
    private static final String ACCOUNT = "system:serviceaccount:";

    private final KubernetesClient client;
    private final String operatorUser;
    private final Set<String> readers;
    private final Set<String> namespaces;

    /**
     * Asks a cluster.
     *
     * @param operatorUser the operator's user name
     * @param readers groups whose members may read everything
     * @param namespaces of instances, the only ones whose pods may be looked at; all when empty
     */
    public ClusterIdentities(
            KubernetesClient client,
            String operatorUser,
            Set<String> readers,
            Set<String> namespaces) {
        this.client = client;
        this.operatorUser = operatorUser;
        this.readers = Set.copyOf(readers);
        this.namespaces = Set.copyOf(namespaces);
    }

    @Override
    public Optional<Caller> of(String token, @Nullable String namespace) throws IOException {
        try {
            TokenReviewStatus review = review(token);
            if (!Boolean.TRUE.equals(review.getAuthenticated())
                    || review.getAudiences() == null
                    || !review.getAudiences().contains(AUDIENCE)
                    || review.getUser() == null) {
                return Optional.empty();
            }
            return Optional.of(caller(review.getUser(), namespace));
        } catch (KubernetesClientException e) {
            throw new IOException("the API server does not tell who this is", e);
        }
    }

    private TokenReviewStatus review(String token) throws IOException {
        TokenReview answer =
                client.tokenReviews()
                        .create(
                                new TokenReviewBuilder()
                                        .withNewSpec()
                                        .withToken(token)
                                        .withAudiences(AUDIENCE)
                                        .endSpec()
                                        .build());
        if (answer.getStatus() == null) {
            throw new IOException("the API server has no verdict on a token");
        }
        return answer.getStatus();
    }

    private Caller caller(UserInfo user, @Nullable String namespace) {
        if (user.getUsername().equals(operatorUser)) {
            return new Caller.Operator(operatorUser);
        }
        String podName = extra(user, POD_NAME);
        String podUid = extra(user, POD_UID);
        String home = namespaceOf(user.getUsername());
        if (podName != null && podUid != null && home != null && mayHaveInstances(home)) {
            Pod pod = client.pods().inNamespace(home).withName(podName).get();
            if (pod == null) {
                return new Caller.Stranger(user.getUsername(), "the pod of this token is gone");
            }
            Optional<OwnerReference> owner = PodIdentity.owner(pod);
            if (owner.isPresent()) {
                // Whatever rights its account has besides: a mind is an instance and nothing else.
                BrainMatrix matrix =
                        client.resources(BrainMatrix.class)
                                .inNamespace(home)
                                .withName(owner.get().getName())
                                .get();
                return PodIdentity.of(user.getUsername(), podUid, pod, owner.get(), matrix);
            }
        }
        return person(user, namespace);
    }

    /** Elsewhere no pod is an instance of this installation, and none may be looked at. */
    private boolean mayHaveInstances(String namespace) {
        return namespaces.isEmpty() || namespaces.contains(namespace);
    }

    private Caller person(UserInfo user, @Nullable String namespace) {
        List<String> groups = user.getGroups() == null ? List.of() : user.getGroups();
        boolean reads = groups.stream().anyMatch(readers::contains) || may(user, "get", null);
        boolean readsNamespace = !reads && namespace != null && may(user, "get", namespace);
        boolean imports = may(user, "create", null);
        return new Caller.Person(
                user.getUsername(), reads, readsNamespace ? Set.of(namespace) : Set.of(), imports);
    }

    /** Whether a user may do something with {@code brainmatrices/chronicle}. */
    private boolean may(UserInfo user, String verb, @Nullable String namespace) {
        Map<String, List<String>> extra = user.getExtra() == null ? Map.of() : user.getExtra();
        SubjectAccessReview answer =
                client.authorization()
                        .v1()
                        .subjectAccessReview()
                        .create(
                                new SubjectAccessReviewBuilder()
                                        .withNewSpec()
                                        .withUser(user.getUsername())
                                        .withUid(user.getUid())
                                        .withGroups(user.getGroups())
                                        .withExtra(extra)
                                        .withNewResourceAttributes()
                                        .withVerb(verb)
                                        .withGroup(BrainMatrix.GROUP)
                                        .withResource("brainmatrices")
                                        .withSubresource("chronicle")
                                        .withNamespace(namespace)
                                        .endResourceAttributes()
                                        .endSpec()
                                        .build());
        return answer.getStatus() != null && Boolean.TRUE.equals(answer.getStatus().getAllowed());
    }

    private static @Nullable String extra(UserInfo user, String key) {
        List<String> values = user.getExtra() == null ? null : user.getExtra().get(key);
        return values == null || values.size() != 1 ? null : values.getFirst();
    }

    private static @Nullable String namespaceOf(String user) {
        if (!user.startsWith(ACCOUNT)) {
            return null;
        }
        String rest = user.substring(ACCOUNT.length());
        int colon = rest.indexOf(':');
        return colon <= 0 ? null : rest.substring(0, colon);
    }
}
