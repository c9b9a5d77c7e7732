//! One simulated deployment, whoever judges it.

use crate::traffic::{Family, Fault, Interval, Profile, World};
use rand_chacha::ChaCha8Rng;

/// The canary's weights before it takes everything.
const WEIGHTS: [u32; 4] = [5, 10, 25, 50];
/// The least time at a weight when evidence paces the rollout.
const WAIT_S: u32 = 60;
/// A step that holds for longer ends the deployment.
const MAX_WAIT_S: u32 = WAIT_S + 3600;
/// How long resolvers keep an old weight.
pub(crate) const TTL_S: u32 = 60;

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) end: End,
    /// Seconds from first traffic to the end.
    pub(crate) took_s: u32,
    /// Expected excess bad requests until the end and one more interval.
    pub(crate) excess: f64,
}

/// Where the rollout stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stand {
    pub(crate) step: usize,
    pub(crate) weight: u32,
    pub(crate) next_weight: u32,
    /// When the weight was verified, in seconds after the canary's first traffic.
    pub(crate) began_s: u32,
}

/// What a look says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Promote,
    Hold,
    RollBack,
}

/// Who judges a deployment.
pub(crate) trait Judge {
    /// Looks when an interval has ended that began `age_s` after the canary's first traffic.
    fn look(&mut self, age_s: u32, drawn: &Interval, stand: Stand) -> Said;

    /// Who judges the service's next release, after one that ended so; none if nothing is learned.
    fn next_release(&self, _ended: End) -> Option<Box<dyn Judge>> {
        None
    }
}

/// Runs one deployment.
pub(crate) fn deploy(
    pace: Pace,
    (profile, family, fault): (Profile, Family, Fault),
    rng: ChaCha8Rng,
    judge: &mut dyn Judge,
) -> Outcome {
    let mut world = World::new(profile, family, fault, rng);
    let (mut age_s, mut stand, mut excess) = (0, stand(0, 0), 0.0);
    loop {
        let drawn = world.interval(age_s, f64::from(stand.weight) / 100.0);
        let said = judge.look(age_s, &drawn, stand);
        age_s += profile.period_s;
        excess += drawn.excess;
        let dwelt_s = age_s - stand.began_s;
        let ended = match said {
            Said::RollBack => Some(End::RolledBack),
            said if rises(pace, profile, dwelt_s, said) => {
                let next = stand.step + 1;
                if next < WEIGHTS.len() {
                    stand = self::stand(next, age_s);
                }
                (next == WEIGHTS.len()).then_some(End::Promoted)
            }
            _ => (dwelt_s >= MAX_WAIT_S).then_some(End::Inconclusive),
        };
        if let Some(end) = ended {
            let one_more = world.interval(age_s, f64::from(stand.weight) / 100.0).excess;
            return Outcome { end, took_s: age_s, excess: excess + one_more };
        }
    }
}

fn stand(step: usize, began_s: u32) -> Stand {
    let next_weight = WEIGHTS.get(step + 1).copied().unwrap_or(100);
    Stand { step, weight: WEIGHTS[step], next_weight, began_s }
}

fn rises(pace: Pace, profile: Profile, dwelt_s: u32, said: Said) -> bool {
    match pace {
        Pace::Fixed => dwelt_s >= profile.step_s,
        Pace::Evidence => dwelt_s >= WAIT_S && said == Said::Promote,
    }
}

/// How long the fixed plan takes.
pub(crate) fn plan_s(profile: Profile) -> u32 {
    WEIGHTS.iter().map(|_| profile.step_s).sum()
}
