package io.brainmatrix.api.v1alpha1;

/** Element types that llama.cpp keeps keys and values in; names as in its own flags. */
public enum CacheType {
    /** 32-bit floats, 4 bytes an element. */
    f32,
    /** 16-bit floats, 2 bytes an element. */
    f16,
    /** 8-bit blocks, 34/32 bytes an element. */
    q8_0
}
