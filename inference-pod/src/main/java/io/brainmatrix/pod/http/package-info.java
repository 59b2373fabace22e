/** Endpoints: the OpenAI-compatible API, health, status. */
@NullMarked
package io.brainmatrix.pod.http;

import org.jspecify.annotations.NullMarked;
