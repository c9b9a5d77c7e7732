//! The adapter of AWS over the wire, against the emulator: what it finds, refuses, makes and
//! leaves.

mod contract;
mod discovery;
mod emulator;
mod metrics;
mod refusals;
mod registry;
mod stacks;
mod traffic;
mod workload;
mod world;
