//! The simulated cloud keeps the contract of the ports, and one seed tells one story.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod contract;
mod determinism;
mod rehearsal;
mod scenario;
mod stage;
mod stories;
mod watchman;
mod world;
