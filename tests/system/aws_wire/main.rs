//! The adapter of AWS over the wire, against the emulator: what it finds, refuses, makes and
//! leaves.
#![cfg(test)]

mod checks;
mod contract;
mod discovery;
mod emulator;
mod faults;
mod ledger;
mod metrics;
mod refusals;
mod registry;
mod removal;
#[path = "../../simulation/script.rs"]
mod script;
mod smoke;
mod stacks;
mod traffic;
#[path = "../venv.rs"]
#[expect(dead_code, reason = "the predecessor is installed by other tests")]
mod venv;
mod workload;
mod world;
