/** Debian sid's llama.cpp beside the pod's: the same tokens, and how fast each is. */
@NullMarked
package io.brainmatrix.pod.llamacpp;

import org.jspecify.annotations.NullMarked;
