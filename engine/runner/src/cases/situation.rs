//! What a gate is told: what the case states, the rest a healthy canary in the middle of a rollout.

use std::sync::Arc;

use rollout::{EpochS, Phase};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::question::{Dimension, Place, Release, Situation};

/// Second 0 of a case that does not say: 2026-01-01T00:00:00Z.
const STARTED_AT: u32 = 1_767_225_600;
/// The weights of a rollout that a case says nothing of.
const WEIGHTS: [u8; 5] = [5, 10, 25, 50, 100];
/// How long before second 0 the baseline was deployed.
const BASELINE_AGE_S: i64 = 7 * 86_400;

/// What the gate is told, as far as the case states it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SituationPart {
    /// The deployment's id; `case-1` where left out.
    pub deployment: Option<String>,
    /// The service's name; `shop` where left out.
    pub service: Option<String>,
    /// Its environment; `stage` where left out.
    pub environment: Option<String>,
    /// Its region; `eu-west-3` where left out.
    pub region: Option<String>,
    /// The instant that is second 0, in seconds since 1970-01-01T00:00:00Z; the beginning of 2026
    /// where left out.
    #[schemars(range(min = 31_536_000, max = 4_000_000_000_u32))]
    pub started_at: Option<u32>,
    /// The seed of the first look, one more for each later one; 1 where left out.
    pub seed: Option<u32>,
    /// What the rollout is doing; `shift` where left out, `bake` on a first release.
    pub phase: Option<Phase>,
    /// The step, counted from 0; by the phase where left out: 0 in preflight, 1 in shift, the last
    /// in the bake.
    #[schemars(range(max = 100))]
    pub step: Option<u32>,
    /// How many steps there are; 5 where left out, 1 on a first release.
    #[schemars(range(min = 1, max = 101))]
    pub steps: Option<u32>,
    /// The canary's weight; 10 in shift, 0 in preflight, 100 in the bake where left out.
    #[schemars(range(max = 100))]
    pub weight: Option<u8>,
    /// Its weight after a promote; 25 in shift, 5 in preflight, 100 in the bake where left out.
    #[schemars(range(max = 100))]
    pub next_weight: Option<u8>,
    /// When the weight was verified, in seconds from the deployment's start; 0 where left out.
    #[schemars(range(min = -31_536_000, max = 31_536_000))]
    pub weight_verified_at: Option<i64>,
    /// When the canary's first traffic was verified, in seconds from the deployment's start; 0
    /// where left out, never in preflight.
    #[schemars(range(min = -31_536_000, max = 31_536_000))]
    pub canary_traffic_at: Option<i64>,
    /// How long resolvers may serve the former weight, in seconds; 60 where left out.
    #[schemars(range(max = 86_400))]
    pub ttl: Option<u32>,
    /// Whether this is the service's first release, which has no baseline.
    pub first_release: Option<bool>,
    /// The new release.
    pub canary: ReleasePart,
    /// The old release.
    pub baseline: ReleasePart,
}

/// One of the two releases, as far as the case states it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReleasePart {
    /// Its version; 1.1.0 of the canary, 1.0.0 of the baseline where left out.
    pub version: Option<String>,
    /// The label of its balancer; 2 of the canary, 1 of the baseline where left out.
    pub label: Option<String>,
    /// When its tasks were asked for, in seconds from the deployment's start; 0 for the canary, a
    /// week before for the baseline where left out.
    #[schemars(range(min = -31_536_000, max = 31_536_000))]
    pub started_at: Option<i64>,
    /// Tasks asked for; 2 where left out.
    pub tasks_desired: Option<u32>,
    /// Tasks running; all of them where left out.
    pub tasks_running: Option<u32>,
    /// Targets that answer their health check; one a running task where left out.
    pub targets_healthy: Option<u32>,
    /// Targets that do not; 0 where left out.
    pub targets_unhealthy: Option<u32>,
    /// The name of its balancer; `shop-2.example` for label 2 where left out.
    pub address: Option<String>,
    /// How many target groups it has; 1 where left out.
    #[schemars(range(max = 5))]
    pub target_groups: Option<u8>,
}

/// An instant of a case.
pub(super) fn instant(zero: EpochS, seconds: i64) -> EpochS {
    let at = i64::from(zero.0).saturating_add(seconds).clamp(0, i64::from(u32::MAX));
    EpochS(u32::try_from(at).unwrap_or(u32::MAX))
}

/// Seconds from second 0 to an instant.
pub(super) fn since(zero: EpochS, at: EpochS) -> i64 {
    i64::from(at.0) - i64::from(zero.0)
}

/// The later word counts.
fn over<T: Clone>(later: &mut Option<T>, earlier: &Option<T>) {
    if later.is_none() {
        later.clone_from(earlier);
    }
}

impl SituationPart {
    /// These words, and where they say nothing those of an earlier look.
    pub(super) fn after(&self, earlier: &Self) -> Self {
        let mut now = self.clone();
        over(&mut now.deployment, &earlier.deployment);
        over(&mut now.service, &earlier.service);
        over(&mut now.environment, &earlier.environment);
        over(&mut now.region, &earlier.region);
        over(&mut now.started_at, &earlier.started_at);
        over(&mut now.seed, &earlier.seed);
        over(&mut now.phase, &earlier.phase);
        over(&mut now.step, &earlier.step);
        over(&mut now.steps, &earlier.steps);
        over(&mut now.weight, &earlier.weight);
        over(&mut now.next_weight, &earlier.next_weight);
        over(&mut now.weight_verified_at, &earlier.weight_verified_at);
        over(&mut now.canary_traffic_at, &earlier.canary_traffic_at);
        over(&mut now.ttl, &earlier.ttl);
        over(&mut now.first_release, &earlier.first_release);
        now.canary = now.canary.after(&earlier.canary);
        now.baseline = now.baseline.after(&earlier.baseline);
        now
    }

    /// Second 0.
    pub(super) fn zero(&self) -> EpochS {
        EpochS(self.started_at.unwrap_or(STARTED_AT))
    }

    /// The situation of a look at this second; its configuration and memory are empty.
    #[must_use]
    pub fn situation(&self, at: u32) -> Situation {
        let first = self.first_release.unwrap_or(false);
        let phase = self.phase.unwrap_or(if first { Phase::Bake } else { Phase::Shift });
        let steps = self.steps.unwrap_or(if first { 1 } else { 5 });
        let (step, weight, next) = match phase {
            Phase::Preflight => (0, 0, if first { 100 } else { WEIGHTS[0] }),
            Phase::Shift => (1, WEIGHTS[1], WEIGHTS[2]),
            Phase::Bake => (steps.saturating_sub(1), 100, 100),
        };
        let weight = self.weight.unwrap_or(weight);
        let zero = self.zero();
        let traffic = self.canary_traffic_at.or((phase != Phase::Preflight).then_some(0));
        let text = |given: &Option<String>, usual: &str| given.clone().unwrap_or(usual.to_owned());
        Situation {
            deployment: text(&self.deployment, "case-1"),
            service: text(&self.service, "shop"),
            environment: text(&self.environment, "stage"),
            region: text(&self.region, "eu-west-3"),
            evaluation: 0,
            seed: self.seed.unwrap_or(1),
            phase,
            step: self.step.unwrap_or(step),
            steps,
            weight,
            next_weight: self.next_weight.unwrap_or(next),
            now: zero.plus_s(at),
            started_at: zero,
            weight_verified_at: instant(zero, self.weight_verified_at.unwrap_or(0)),
            ttl_s: self.ttl.unwrap_or(60),
            canary_traffic_at: traffic.map(|at| instant(zero, at)),
            round: 0,
            baseline: (!first).then(|| {
                self.baseline.release(("1.0.0", "1"), -BASELINE_AGE_S, 100 - weight.min(100), zero)
            }),
            canary: self.canary.release(("1.1.0", "2"), 0, weight, zero),
            configuration: String::new(),
            memory: Vec::new(),
        }
    }
}

impl ReleasePart {
    fn after(&self, earlier: &Self) -> Self {
        let mut now = self.clone();
        over(&mut now.version, &earlier.version);
        over(&mut now.label, &earlier.label);
        over(&mut now.started_at, &earlier.started_at);
        over(&mut now.tasks_desired, &earlier.tasks_desired);
        over(&mut now.tasks_running, &earlier.tasks_running);
        over(&mut now.targets_healthy, &earlier.targets_healthy);
        over(&mut now.targets_unhealthy, &earlier.targets_unhealthy);
        over(&mut now.address, &earlier.address);
        over(&mut now.target_groups, &earlier.target_groups);
        now
    }

    fn release(
        &self,
        (version, label): (&str, &str),
        started_at: i64,
        weight: u8,
        zero: EpochS,
    ) -> Release {
        let label = self.label.clone().unwrap_or(label.to_owned());
        let tasks_desired = self.tasks_desired.unwrap_or(2);
        let tasks_running = self.tasks_running.unwrap_or(tasks_desired);
        let place = self.place(&label);
        Release {
            version: self.version.clone().unwrap_or(version.to_owned()),
            label,
            started_at: instant(zero, self.started_at.unwrap_or(started_at)),
            weight,
            tasks_desired,
            tasks_running,
            targets_healthy: self.targets_healthy.unwrap_or(tasks_running),
            targets_unhealthy: self.targets_unhealthy.unwrap_or(0),
            place: Arc::new(place),
        }
    }

    fn place(&self, label: &str) -> Place {
        let dimension = |name: &str, value: String| Dimension { name: name.to_owned(), value };
        let balancer = dimension("LoadBalancer", format!("app/shop-{label}/0"));
        let group = |index: u8| {
            let group = dimension("TargetGroup", format!("targetgroup/shop-{label}/{index}"));
            vec![balancer.clone(), group]
        };
        Place {
            address: self.address.clone().unwrap_or(format!("shop-{label}.example")),
            load_balancer: vec![balancer.clone()],
            target_groups: (0..self.target_groups.unwrap_or(1)).map(group).collect(),
            service: vec![
                dimension("ClusterName", "shop".to_owned()),
                dimension("ServiceName", format!("shop-{label}")),
            ],
        }
    }
}
