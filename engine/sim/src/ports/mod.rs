//! How the runner sees the world: each port, a file.

mod clock;
mod discovery;
mod metrics;
mod notices;
mod probes;
mod registry;
mod stacks;
mod traffic;
mod workload;
