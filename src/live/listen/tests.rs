//! What clients do to a listener.
