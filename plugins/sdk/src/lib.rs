//! What a gate in Rust is written with: bindings and statistics.

#[expect(missing_docs, reason = "generated")]
pub mod bindings;
