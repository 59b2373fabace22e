/** What is written down: its fields, its bounds, its JSON. */
@NullMarked
package io.brainmatrix.chronicle.entry;

import org.jspecify.annotations.NullMarked;
