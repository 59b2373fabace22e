/** Readings of a node's and a process's memory, taken from the kernel's files. */
@NullMarked
package io.brainmatrix.memory;

import org.jspecify.annotations.NullMarked;
