/** The store's rules, and what the clients of our programs see of them. */
@NullMarked
package io.brainmatrix.embedded.api;

import org.jspecify.annotations.NullMarked;
