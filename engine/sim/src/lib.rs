//! The ports of the runner on a simulated cloud in virtual time.
//!
//! `scenario` says how it behaves, `world` what it holds, `series` what its balancers measured,
//! `ports` how the runner sees it, `cloud` how it is opened and kept.

mod cloud;
mod draw;
mod ports;
mod scenario;
mod series;
mod store;
mod world;

pub use cloud::SimCloud;
pub use scenario::{
    Baseline, Before, Call, Canary, Crash, CrashReason, CreationFails, DnsScenario, Fault,
    FaultKind, ForeignWeights, ForeignWrite, Http, MetricsScenario, Moment, Noise, Outage,
    OutageKind, Scenario, StackStuck, StacksScenario, TrafficScenario, Unhealthy, scenario_schema,
};
pub use store::{MemoryWorld, Store};
pub use world::{BIRTH, Label, Notice, RegistryItem, World};
