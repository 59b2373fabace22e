/** An inference pod for tests that can be driven over its budget by requests. */
@org.jspecify.annotations.NullMarked
package io.brainmatrix.e2e.thirsty;
