package io.brainmatrix.embedded.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RouteTest {
    @Test
    void readsTheFormsOfPaths() {
        assertThat(Route.of("/api/v1/pods")).contains(new Route("", "v1", "", "pods", "", ""));
        assertThat(Route.of("/api/v1/namespaces/ns/pods/p/status"))
                .contains(new Route("", "v1", "ns", "pods", "p", "status"));
        assertThat(Route.of("/api/v1/namespaces/ns"))
                .contains(new Route("", "v1", "", "namespaces", "ns", ""));
        assertThat(Route.of("/api/v1/namespaces/ns/status"))
                .contains(new Route("", "v1", "", "namespaces", "ns", "status"));
        assertThat(Route.of("/apis/g.io/v1/namespaces/ns/things/t"))
                .contains(new Route("g.io", "v1", "ns", "things", "t", ""));
    }

    @Test
    void otherPathsNameNothing() {
        assertThat(Route.of("/metrics")).isEmpty();
        assertThat(Route.of("/api/v1")).isEmpty();
        assertThat(Route.of("/apis/g.io/v1")).isEmpty();
        assertThat(Route.of("/api/v1/namespaces/ns/pods/p/log/x")).isEmpty();
        assertThat(Route.of("/api/v1//pods")).isEmpty();
    }
}
