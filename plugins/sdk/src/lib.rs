//! What a gate in Rust is written with: bindings and statistics.
