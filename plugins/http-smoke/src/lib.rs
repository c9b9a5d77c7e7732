//! Gate: requests to the canary's own balancer, and what their answers must be.
//!
//! Meant for the phase `preflight`, when nobody is sent to the canary yet; in shift and bake it
//! asks on. Some passes in a row let the rollout go on.

mod answer;
mod configuration;
mod gate;
mod issues;
mod pattern;

pub use configuration::{
    Configuration, Expect, HeaderRule, JsonRule, OnFail, Request, SCHEMA, Status,
};
pub use gate::HttpSmoke;

#[cfg(target_family = "wasm")]
gate_sdk::bindings::export!(HttpSmoke);
