//! The adapter of AWS over the wire, against the emulator: what it finds, refuses, makes and
//! leaves.
#![cfg(test)]

mod contract;
mod discovery;
mod emulator;
mod ledger;
mod metrics;
mod refusals;
mod registry;
mod removal;
mod stacks;
mod traffic;
#[path = "../venv.rs"]
mod venv;
mod workload;
mod world;
