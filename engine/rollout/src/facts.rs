//! What the cloud was found to hold: the facts that events carry.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EpochS, Verdict};

/// One of the two releases of a service.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The old release, live when the deployment began: the baseline.
    Blue,
    /// The new release: the canary.
    Green,
}

/// A stack of a service.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Stack {
    /// Log group and weighted records; made by the first deployment, never updated.
    Init,
    /// The new release's.
    Green,
    /// The old release's.
    Blue,
}

/// What was found before anything was written; with the plan, all the machine starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// The old release; none on a first deployment.
    pub baseline: Option<Baseline>,
    /// The CanaryRelease label of the balancer green will stand behind.
    pub canary_label: String,
    /// Whether the init stack is there already.
    pub init_exists: bool,
    /// Which of the plan's names have no record yet.
    pub new_names: Vec<String>,
    /// Names that this service's records hold and the file no longer does: listed, not deleted.
    pub gone_names: Vec<String>,
}

/// The old release as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The CanaryRelease label of its balancer.
    pub label: String,
    /// Its version, as the registry tells.
    pub version: String,
    /// When it was deployed.
    pub started_at: EpochS,
    /// How many tasks it runs: green gets no fewer.
    pub tasks: u32,
    /// How many of its targets were healthy.
    pub targets_healthy: u32,
}

/// The health of one side, read at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SideHealth {
    /// Tasks asked for.
    pub tasks_desired: u32,
    /// Tasks running.
    pub tasks_running: u32,
    /// Targets that answer their health check.
    pub targets_healthy: u32,
    /// Targets that do not.
    pub targets_unhealthy: u32,
    /// Why they do not, as the balancer words it, each reason once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unhealthy_reasons: Vec<String>,
    /// Targets not yet judged by the balancer.
    pub targets_initial: u32,
    /// Targets on their way out; they never count.
    pub targets_draining: u32,
    /// Target groups without a single registered target that is not draining.
    pub groups_empty: u32,
    /// Tasks that failed by their own fault since the service was made
    /// (EssentialContainerExited or TaskFailedToStart; not Spot, scale-in or rebalancing).
    pub tasks_crashed: u32,
    /// The reasons of the last of them, at most five, as ECS words them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crash_reasons: Vec<String>,
}

impl SideHealth {
    /// The reasons of its crashes, each told once.
    #[must_use]
    pub fn crashes_told(&self) -> String {
        let reasons = self.crash_reasons.iter().enumerate();
        let new = reasons.filter(|(at, reason)| !self.crash_reasons[..*at].contains(reason));
        new.map(|(_, reason)| reason.as_str()).collect::<Vec<_>>().join("; ")
    }

    /// S05: as many tasks run as were asked for, and every registered target that is not draining
    /// is healthy, in every target group.
    #[must_use]
    pub fn may_serve(&self) -> bool {
        self.tasks_running >= self.tasks_desired
            && self.targets_healthy > 0
            && self.targets_unhealthy == 0
            && self.targets_initial == 0
            && self.groups_empty == 0
    }
}

/// Both sides' health at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The new release's.
    pub green: SideHealth,
    /// The old release's, if there is one.
    pub blue: Option<SideHealth>,
}

/// Requests and bad responses of one side in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Requests that reached the side's target groups.
    pub requests: u64,
    /// Of those, the ones answered with a 5xx or not at all.
    pub bad: u64,
}

/// What both sides served in one closed period of 60 s.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficSample {
    /// The period's beginning.
    pub period_begin: EpochS,
    /// Green's.
    pub green: Counts,
    /// Blue's; zero when there is none.
    pub blue: Counts,
}

/// A weighted record that somebody else changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Drift {
    /// The DNS name.
    pub name: String,
    /// What this deployment had written, for example `blue 90 / green 10`.
    pub expected: String,
    /// What stands there, for example `blue 50 / green 50, TTL 60` or `no record`.
    pub found: String,
    /// Whether the change sends more to blue: then it is taken as an abort (S04).
    pub towards_blue: bool,
}

/// What one look at one gate ended with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateLook {
    /// The gate's name in the plan.
    pub gate: String,
    /// Its verdict, errors included.
    pub verdict: Verdict,
    /// S01: whether the look asked for evidence and, if so, where its newest evidence lies.
    pub evidence: Evidence,
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The gate asked for nothing.
    NotAsked,
    /// It asked, and nothing usable came back.
    Missing,
    /// The newest complete period among the answers began then.
    PeriodFrom(EpochS),
    /// A response to a request was received then.
    ResponseAt(EpochS),
}

/// Why weights are what they are, for people: a zone and what stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// For example `zone example.com` or `stack stage-shop-2`.
    pub what: String,
    /// For example `blue 100 / green 0`.
    pub state: String,
}
