//! Cells of the experiment: 1,000 deployments each, drawn when first asked for.

use crate::rollout::{End, Outcome, Pace, deploy};
use crate::traffic::{FAMILIES, Fault, PROFILES};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Deployments a cell.
pub(crate) const DEPLOYMENTS: u64 = 1000;
/// The seed; deployment `i` of every cell draws from its stream `i`.
pub(crate) const SEED: u64 = 2026;

/// What is deployed, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Experiment {
    pub(crate) name: &'static str,
    pub(crate) pace: Pace,
    pub(crate) fault: Fault,
}

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
#[derive(Default)]
pub(crate) struct Cells(BTreeMap<(String, usize, usize), Vec<Outcome>>);

impl Cells {
    /// Measures one cell.
    pub(crate) fn measure(
        &mut self,
        experiment: Experiment,
        (profile, family): (usize, usize),
        measure: Measure,
    ) -> f64 {
        let key = (format!("{experiment:?}"), profile, family);
        let outcomes = self.0.entry(key).or_insert_with(|| draw(experiment, profile, family));
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

fn draw(experiment: Experiment, profile: usize, family: usize) -> Vec<Outcome> {
    let world = (PROFILES[profile], FAMILIES[family], experiment.fault);
    (0..DEPLOYMENTS)
        .map(|stream| {
            let mut rng = ChaCha8Rng::seed_from_u64(SEED);
            rng.set_stream(stream);
            deploy(experiment.pace, world, rng)
        })
        .collect()
}

fn median_min(outcomes: &[Outcome]) -> f64 {
    let promoted = outcomes.iter().filter(|o| o.end == End::Promoted);
    let mut times: Vec<u32> = promoted.map(|o| o.took_s).collect();
    times.sort_unstable();
    times.get(times.len() / 2).map_or(f64::NAN, |s| f64::from(*s) / 60.0)
}
