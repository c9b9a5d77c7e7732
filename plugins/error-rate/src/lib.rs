//! Gate: the canary's share of bad responses against the baseline's.
//!
//! Bad is a response with status 5xx from a target, or none at all, summed over target groups. The
//! balancer's own 502, 503 and 504 carry no target group, and so no side: they show as unanswered.

mod configuration;
mod gate;
mod metrics;

pub use configuration::{Configuration, SCHEMA, Unanswered, wording};
pub use gate::ErrorRate;

#[cfg(target_family = "wasm")]
gate_sdk::bindings::export!(ErrorRate);
