//! The situation to start from: the same as of a case file that says nothing.

use crate::{Dimension, Phase, Release, Situation};

/// Second 0: 2026-01-01T00:00:00Z, the beginning of a minute.
pub const START_S: u32 = 1_767_225_600;
/// How long before second 0 the baseline was deployed.
const BASELINE_AGE_S: u32 = 7 * 86_400;

/// Step 1 of 5 (weight 10, next 25), verified and with traffic since second 0, which is now.
#[must_use]
pub fn situation() -> Situation {
    Situation {
        deployment: "case-1".into(),
        service: "shop".into(),
        environment: "stage".into(),
        region: "eu-west-3".into(),
        evaluation: 0,
        seed: 1,
        phase: Phase::Shift,
        step: 1,
        steps: 5,
        weight: 10,
        next_weight: 25,
        now: START_S,
        started_at: START_S,
        weight_verified_at: START_S,
        ttl_s: 60,
        canary_traffic_at: Some(START_S),
        round: 0,
        baseline: Some(release("1.0.0", "1", START_S - BASELINE_AGE_S, 90)),
        canary: release("1.1.0", "2", START_S, 10),
        configuration: "{}".into(),
        memory: Vec::new(),
        extensions: Vec::new(),
    }
}

/// Makes it the service's first release: no baseline, one step.
pub fn first_release(situation: &mut Situation) {
    situation.baseline = None;
    bake(situation);
    (situation.step, situation.steps) = (0, 1);
}

/// Makes it the last step: weight 100, the baseline still warm.
pub fn bake(situation: &mut Situation) {
    situation.phase = Phase::Bake;
    situation.step = situation.steps.saturating_sub(1);
    (situation.weight, situation.next_weight) = (100, 100);
    situation.canary.weight = 100;
    situation.baseline.iter_mut().for_each(|baseline| baseline.weight = 0);
}

/// Makes it the phase before any traffic.
pub fn preflight(situation: &mut Situation) {
    situation.phase = Phase::Preflight;
    situation.canary_traffic_at = None;
    (situation.step, situation.weight, situation.next_weight) = (0, 0, 5);
    situation.canary.weight = 0;
    situation.baseline.iter_mut().for_each(|baseline| baseline.weight = 100);
}

fn release(version: &str, label: &str, started_at: u32, weight: u32) -> Release {
    let dimension = |name: &str, value: String| Dimension { name: name.into(), value };
    let balancer = dimension("LoadBalancer", format!("app/shop-{label}/0"));
    let target_group = dimension("TargetGroup", format!("targetgroup/shop-{label}/0"));
    Release {
        version: version.into(),
        label: label.into(),
        started_at,
        weight,
        tasks_desired: 2,
        tasks_running: 2,
        targets_healthy: 2,
        targets_unhealthy: 0,
        address: format!("shop-{label}.example"),
        load_balancer: vec![balancer.clone()],
        target_groups: vec![vec![balancer, target_group]],
        service: vec![
            dimension("ClusterName", "shop".into()),
            dimension("ServiceName", format!("shop-{label}")),
        ],
    }
}
