//! The scenario of everything around the releases: traffic, noise, metrics, DNS, stacks.

use rollout::Stack;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Moment;

/// The requests that arrive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrafficScenario {
    /// How many a second, over all names of the service.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub requests_per_second: f64,
    /// How far the rate swings around that over a day, 0 to 1: it is highest at 18:00 and lowest
    /// at 06:00 UTC.
    #[schemars(range(min = 0, max = 1))]
    pub daily_swing: f64,
}

impl Default for TrafficScenario {
    fn default() -> Self {
        TrafficScenario { requests_per_second: 100.0, daily_swing: 0.0 }
    }
}

/// How much the rates of bad responses wander by themselves; the latency follows with a quarter of
/// the exponent. The means stay as set, except for spikes and the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Noise {
    /// Not at all: chance alone.
    Clean,
    /// Both releases together: shocks that last minutes, and spikes of ten times.
    Shared,
    /// Each release by itself, from minute to minute, by 30 %.
    ArmNoise,
    /// The new release begins with four times the errors and twice the latency, for a minute.
    WarmUp,
    /// Shared, arm noise that lasts, and warm-up together.
    All,
    /// Each release by itself, the new one by 60 % and the old one by 30 %, and it lasts.
    Heavy,
}

/// How CloudWatch behaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsScenario {
    /// Seconds from the end of a period until it can be read.
    #[schemars(range(max = 3600))]
    pub lag_s: u32,
    /// Times in which it cannot be asked.
    pub outages: Vec<Outage>,
}

impl Default for MetricsScenario {
    fn default() -> Self {
        MetricsScenario { lag_s: 90, outages: Vec::new() }
    }
}

/// A time in which CloudWatch cannot be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Outage {
    /// From when on.
    pub from: Moment,
    /// Until when; left out: for good.
    pub until: Option<Moment>,
    /// What it answers meanwhile.
    pub answer: OutageKind,
}

impl Default for Outage {
    fn default() -> Self {
        Outage { from: Moment::StartS(0), until: None, answer: OutageKind::Error }
    }
}

/// What CloudWatch answers during an outage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutageKind {
    /// An error of the provider.
    Error,
    /// No data at all.
    Empty,
    /// Half of the data, said to be partial.
    Partial,
}

/// How Route 53 and its other users behave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DnsScenario {
    /// Seconds from a change to its being in effect (INSYNC).
    #[schemars(range(max = 3600))]
    pub insync_s: u32,
    /// Somebody else's changes of the weighted records.
    pub drift: Vec<ForeignWrite>,
}

impl Default for DnsScenario {
    fn default() -> Self {
        DnsScenario { insync_s: 25, drift: Vec::new() }
    }
}

/// Somebody else changes the weighted records of the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForeignWrite {
    /// When.
    pub at: Moment,
    /// What they write.
    pub weights: ForeignWeights,
    /// The name they change; left out: all names of the service.
    #[serde(default)]
    pub name: Option<String>,
    /// Seconds until they take it back; left out: never.
    #[serde(default)]
    #[schemars(range(min = 1, max = 86_400))]
    pub back_after_s: Option<u32>,
}

/// Weights as Route 53 takes them from anybody: each 0 to 255, in whatever sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForeignWeights {
    /// Of the old release.
    pub blue: u8,
    /// Of the new release.
    pub green: u8,
}

/// How CloudFormation behaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StacksScenario {
    /// Seconds to make a stack.
    #[schemars(range(max = 7200))]
    pub create_s: u32,
    /// Seconds to delete one.
    #[schemars(range(max = 7200))]
    pub delete_s: u32,
    /// A stack that cannot be made.
    pub creation_fails: Option<CreationFails>,
    /// A stack that cannot be deleted.
    pub stuck: Option<StackStuck>,
    /// Whether another service hung a rule on the listener that the old release's stack made: that
    /// listener is not deleted.
    pub foreign_rule: bool,
}

impl Default for StacksScenario {
    fn default() -> Self {
        StacksScenario {
            create_s: 45,
            delete_s: 30,
            creation_fails: None,
            stuck: None,
            foreign_rule: false,
        }
    }
}

/// A stack that cannot be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreationFails {
    /// Which: init or green.
    pub stack: Stack,
    /// The first failing resource and why.
    pub reason: String,
}

/// A stack that cannot be deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StackStuck {
    /// Which.
    pub stack: Stack,
    /// How many tries fail; left out: all.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    pub times: Option<u32>,
    /// The resources that are left, by name.
    pub left: Vec<String>,
}
