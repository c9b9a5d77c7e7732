//! The scenario file: how the simulated cloud behaves.
//!
//! Every field has a default, and the defaults are a healthy release over a blue one. Times are
//! seconds; moments count from the deployment's start or from the canary's first traffic.

mod check;
mod faults;
mod release;
mod schema;
mod surroundings;

pub use faults::{Call, Fault, FaultKind, Moment};
pub use release::{Baseline, Before, Canary, Crash, CrashReason, Http, Unhealthy};
pub(crate) use release::{HEALTHY_IN_S, STARTS_IN_S};
pub use schema::scenario_schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use surroundings::{
    CreationFails, DnsScenario, ForeignWeights, ForeignWrite, MetricsScenario, Noise, Outage,
    OutageKind, StackStuck, StacksScenario, TrafficScenario,
};

/// How the simulated cloud behaves during a deployment. Everything may be left out: what is left
/// is a healthy release over one that serves already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "A scenario of the simulated cloud")]
pub struct Scenario {
    /// Where all chance begins: the same seed tells the same story. A world that is kept keeps the
    /// seed it was made with.
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    pub seed: u64,
    /// What stands when the world is new. A world that knows the service already ignores it.
    pub before: Before,
    /// The requests that arrive.
    pub traffic: TrafficScenario,
    /// How the release that serves behaves.
    pub baseline: Baseline,
    /// How the new release behaves.
    pub canary: Canary,
    /// How much the rates of bad responses and the latency wander by themselves.
    pub noise: Noise,
    /// How CloudWatch behaves.
    pub metrics: MetricsScenario,
    /// How Route 53 and its other users behave.
    pub dns: DnsScenario,
    /// How CloudFormation behaves.
    pub stacks: StacksScenario,
    /// Calls that fail.
    pub faults: Vec<Fault>,
}

impl Default for Scenario {
    fn default() -> Self {
        Scenario {
            seed: 1,
            before: Before::default(),
            traffic: TrafficScenario::default(),
            baseline: Baseline::default(),
            canary: Canary::default(),
            noise: Noise::Clean,
            metrics: MetricsScenario::default(),
            dns: DnsScenario::default(),
            stacks: StacksScenario::default(),
            faults: Vec::new(),
        }
    }
}
