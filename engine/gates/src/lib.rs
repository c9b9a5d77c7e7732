//! Evidence to a verdict: the WASM host of the gates.
