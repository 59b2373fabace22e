/**
 * Generated GGUF models for tests and first steps: valid, deterministic, of any size, with scripted
 * text where wanted.
 */
@NullMarked
package io.brainmatrix.modelgenerator;

import org.jspecify.annotations.NullMarked;
