//! Cells of the experiment: 2,000 deployments each, drawn when first asked for.

use crate::rollout::{End, Judge, Outcome, Pace, deploy};
use crate::traffic::{FAMILIES, Fault, PROFILES, Profile};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Deployments a cell: 2,000, or what the variable of this name says.
pub(crate) static DEPLOYMENTS: LazyLock<u64> = LazyLock::new(|| {
    std::env::var("DEPLOYMENTS").ok().and_then(|said| said.parse().ok()).unwrap_or(2000)
});
/// The seed; deployment `i` of every cell draws from its stream `i`.
pub(crate) const SEED: u64 = 2026;

/// What is deployed, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Experiment {
    pub(crate) name: &'static str,
    pub(crate) pace: Pace,
    pub(crate) fault: Fault,
    pub(crate) rule: Rule,
}

/// Who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The gate that judges such a fault.
    Gate,
    /// The same, taught by so many healthy releases of the service.
    Taught(u64),
    /// So many intervals above twice the usual share.
    Strikes(u32),
    /// The judge of Kayenta at each interval, from so many values a side on.
    RanksEachInterval(usize),
    /// The judge of Kayenta when the plan is over.
    RanksAtEnd,
}

/// Makes who judges one deployment.
pub(crate) type MakeJudge = fn(Rule, Profile, Fault) -> Box<dyn Judge>;

/// What is measured of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Deployments that ended so, in percent.
    Ended(End),
    /// The median time to a promote, in minutes.
    Minutes,
    /// Expected excess bad requests in the mean.
    Excess,
}

/// All cells drawn so far, by experiment, profile and family.
pub(crate) struct Cells {
    judge: MakeJudge,
    drawn: BTreeMap<(String, usize, usize), Vec<Outcome>>,
}

impl Cells {
    pub(crate) fn new(judge: MakeJudge) -> Self {
        Cells { judge, drawn: BTreeMap::new() }
    }

    /// Measures one cell.
    pub(crate) fn measure(
        &mut self,
        experiment: Experiment,
        (profile, family): (usize, usize),
        measure: Measure,
    ) -> f64 {
        let key = (format!("{experiment:?}"), profile, family);
        let outcomes =
            self.drawn.entry(key).or_insert_with(|| draw(experiment, profile, family, self.judge));
        let count = outcomes.len() as f64;
        match measure {
            Measure::Ended(end) => {
                100.0 * outcomes.iter().filter(|o| o.end == end).count() as f64 / count
            }
            Measure::Minutes => median_min(outcomes),
            Measure::Excess => outcomes.iter().map(|o| o.excess).sum::<f64>() / count,
        }
    }
}

fn draw(experiment: Experiment, profile: usize, family: usize, judge: MakeJudge) -> Vec<Outcome> {
    let world = |fault| (PROFILES[profile], FAMILIES[family], fault);
    let draws = |release, stream| {
        let mut rng = ChaCha8Rng::seed_from_u64(SEED + release);
        rng.set_stream(stream);
        rng
    };
    let taught = if let Rule::Taught(releases) = experiment.rule { releases } else { 0 };
    (0..*DEPLOYMENTS)
        .map(|stream| {
            let new = || judge(experiment.rule, PROFILES[profile], experiment.fault);
            let mut judge = new();
            for release in 1..=taught {
                let healthy = world(experiment.fault.healthy());
                let outcome = deploy(experiment.pace, healthy, draws(release, stream), &mut *judge);
                judge = judge.next_release(outcome.end).unwrap_or_else(new);
            }
            deploy(experiment.pace, world(experiment.fault), draws(0, stream), &mut *judge)
        })
        .collect()
}

fn median_min(outcomes: &[Outcome]) -> f64 {
    let promoted = outcomes.iter().filter(|o| o.end == End::Promoted);
    let mut times: Vec<u32> = promoted.map(|o| o.took_s).collect();
    times.sort_unstable();
    times.get(times.len() / 2).map_or(f64::NAN, |s| f64::from(*s) / 60.0)
}
