/** One small process per node: samples its memory and publishes what it sees as NodeMemory. */
@NullMarked
package io.brainmatrix.agent;

import org.jspecify.annotations.NullMarked;
