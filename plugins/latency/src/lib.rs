//! Gate: the canary's share of slow requests against the baseline's.
//!
//! Slow is slower than the baseline's 95th percentile when the canary got its first traffic.
//! Where CloudWatch does not count slow requests (`TC`), percentiles are compared.

mod configuration;
mod gate;
mod metrics;
mod percentiles;
mod state;

pub use configuration::{Configuration, SCHEMA};
pub use gate::Latency;

#[cfg(target_family = "wasm")]
gate_sdk::bindings::export!(Latency);
