/** The port to what answers prompts, and its adapter to llama.cpp. */
@NullMarked
package io.brainmatrix.pod.engine;

import org.jspecify.annotations.NullMarked;
