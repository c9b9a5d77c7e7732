//! Gate: any CloudWatch metric or metric math, held against a ceiling, a floor or the baseline.
//!
//! Several checks in one gate, each with its own series, periods and rule for missing data. The
//! canary's requests are always asked for as well: they tell that CloudWatch delivers and that the
//! canary serves, where a metric of its own is silent.

mod configuration;
mod gate;
mod issues;
mod rows;
mod ruling;
mod state;

pub use configuration::{Check, Compare, Configuration, Missing, SCHEMA, Worse};
pub use gate::CloudwatchMetrics;

#[cfg(target_family = "wasm")]
gate_sdk::bindings::export!(CloudwatchMetrics);
