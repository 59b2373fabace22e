package io.brainmatrix.api.v1alpha1;

/** What an instance is among the others of its matrix. */
public enum Role {
    /** Sees nobody and cannot learn that it is watched. */
    Subject,
    /** Sees what it watches. */
    Observer,
    /** Sees everything it watches, observers included. */
    God
}
