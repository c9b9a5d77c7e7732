//! One simulated deployment under the code that the gates run.

use crate::traffic::{Family, Fault, Profile, World};
use gate_sdk::comparison::{Comparison, Period};
use gate_sdk::harness::{START_S, situation};
use gate_sdk::settings::{Settings, Wording};
use gate_sdk::{Decision, Situation};
use rand_chacha::ChaCha8Rng;

/// The canary's weights before it takes everything.
const WEIGHTS: [u32; 4] = [5, 10, 25, 50];
/// The least time at a weight when evidence paces the rollout.
const WAIT_S: u32 = 60;
/// A step that holds for longer ends the deployment.
const MAX_WAIT_S: u32 = WAIT_S + 3600;

/// How weights rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// By the clock: only a roll back ends a deployment early.
    Fixed,
    /// By the evidence.
    Evidence,
}

/// How a deployment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Promoted,
    RolledBack,
    Inconclusive,
}

/// What one deployment came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) end: End,
    /// Seconds from first traffic to the end.
    pub(crate) took_s: u32,
    /// Expected excess bad requests until the end and one more interval.
    pub(crate) excess: f64,
}

/// Runs one deployment.
pub(crate) fn deploy(
    pace: Pace,
    (profile, family, fault): (Profile, Family, Fault),
    rng: ChaCha8Rng,
) -> Outcome {
    let settings = settings(fault);
    let wording = Wording { adjective: "bad".into(), finding: "bad", code: "bad" };
    let mut world = World::new(profile, family, fault, rng);
    let mut comparison = Comparison::new(&settings, None);
    let mut situation = Situation { ttl_s: 60, steps: 5, ..situation() };
    let (mut age_s, mut step, mut step_began_s, mut excess) = (0, 0, 0, 0.0);
    loop {
        stand(&mut situation, step, step_began_s);
        let drawn = world.interval(age_s, f64::from(situation.weight) / 100.0);
        let period = Period {
            begin_s: START_S + age_s,
            length_s: profile.period_s,
            canary: drawn.canary,
            baseline: drawn.baseline,
        };
        comparison.observe(&period, &situation, &settings);
        age_s += profile.period_s;
        excess += drawn.excess;
        let dwelt_s = age_s - step_began_s;
        let ended = if comparison.rollback(&settings, &wording).is_some() {
            Some(End::RolledBack)
        } else if rises(pace, profile, dwelt_s, &comparison, &situation, &settings, &wording) {
            (step, step_began_s) = (step + 1, age_s);
            (step == WEIGHTS.len()).then_some(End::Promoted)
        } else {
            (dwelt_s >= MAX_WAIT_S).then_some(End::Inconclusive)
        };
        if let Some(end) = ended {
            let one_more = world.interval(age_s, f64::from(situation.weight) / 100.0).excess;
            return Outcome { end, took_s: age_s, excess: excess + one_more };
        }
    }
}

/// Where the rollout stands.
fn stand(situation: &mut Situation, step: usize, step_began_s: u32) {
    situation.step = u32::try_from(step).unwrap_or(u32::MAX);
    situation.weight = WEIGHTS[step];
    situation.next_weight = WEIGHTS.get(step + 1).copied().unwrap_or(100);
    situation.weight_verified_at = START_S + step_began_s;
}

fn rises(
    pace: Pace,
    profile: Profile,
    dwelt_s: u32,
    comparison: &Comparison,
    situation: &Situation,
    settings: &Settings,
    wording: &Wording,
) -> bool {
    match pace {
        Pace::Fixed => dwelt_s >= profile.step_s,
        Pace::Evidence => {
            dwelt_s >= WAIT_S
                && comparison.progress.obstacle(situation, 0).is_none()
                && comparison.evidence(situation, settings, wording).decision == Decision::Promote
        }
    }
}

/// The defaults of the gate that judges such a fault.
fn settings(fault: Fault) -> Settings {
    match fault {
        Fault::Latency(_) => Settings::for_slow_requests(),
        Fault::Errors(_) | Fault::NoErrors => Settings::for_errors(),
    }
}
