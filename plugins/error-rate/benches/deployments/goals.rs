//! The goals of the statistics, as data.

use crate::cells::{Experiment, Measure, Rule};
use crate::rollout::{End, Pace};
use crate::traffic::Fault;

/// Profiles and families by their place in `PROFILES` and `FAMILIES`.
const ALL: &[usize] = &[0, 1, 2];
const MID: &[usize] = &[1];
const MID_AND_HIGH: &[usize] = &[1, 2];
const LOW: &[usize] = &[0];
const FOUR: &[usize] = &[0, 1, 2, 3];
const SIX: &[usize] = &[0, 1, 2, 3, 4, 5];

/// A bound.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// A goal: every cell of the profiles and families is within the bound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal {
    pub(crate) what: &'static str,
    pub(crate) experiment: Experiment,
    pub(crate) profiles: &'static [usize],
    pub(crate) families: &'static [usize],
    pub(crate) measure: Measure,
    pub(crate) bound: Bound,
}

const fn experiment(name: &'static str, pace: Pace, fault: Fault) -> Experiment {
    Experiment { name, pace, fault, rule: Rule::Gate }
}

const FIXED_ERRORS: Experiment = experiment("errors ×1", Pace::Fixed, Fault::Errors(1.0));
const FIXED_LATENCY: Experiment = experiment("latency ×1", Pace::Fixed, Fault::Latency(1.0));
const HEALTHY: Experiment = experiment("errors ×1", Pace::Evidence, Fault::Errors(1.0));
const SWIFT: Experiment = experiment("latency ×1", Pace::Evidence, Fault::Latency(1.0));
const NO_ERRORS: Experiment = experiment("no errors", Pace::Evidence, Fault::NoErrors);
const TWOFOLD: Experiment = experiment("errors ×2", Pace::Evidence, Fault::Errors(2.0));
const FIVEFOLD: Experiment = experiment("errors ×5", Pace::Evidence, Fault::Errors(5.0));
const SLOWER: Experiment = experiment("latency ×1.1", Pace::Evidence, Fault::Latency(1.1));
const SLOW: Experiment = experiment("latency ×1.3", Pace::Evidence, Fault::Latency(1.3));
const SLOWEST: Experiment = experiment("latency ×2", Pace::Evidence, Fault::Latency(2.0));

const FIXED_TWOFOLD: Experiment = experiment("errors ×2", Pace::Fixed, Fault::Errors(2.0));
const FIXED_FIVEFOLD: Experiment = experiment("errors ×5", Pace::Fixed, Fault::Errors(5.0));
const FIXED_SLOW: Experiment = experiment("latency ×1.3", Pace::Fixed, Fault::Latency(1.3));
const FIXED_SLOWEST: Experiment = experiment("latency ×2", Pace::Fixed, Fault::Latency(2.0));

/// The experiments in which rules are compared.
pub(crate) const COMPARED: [Experiment; 6] =
    [FIXED_ERRORS, FIXED_LATENCY, FIXED_TWOFOLD, FIXED_FIVEFOLD, FIXED_SLOW, FIXED_SLOWEST];

/// The experiments in which a service that is new is compared with one that taught its gates.
pub(crate) const LEARNED: [Experiment; 4] = [HEALTHY, SWIFT, TWOFOLD, SLOW];

/// The experiments of each table.
pub(crate) const FALSE_ROLL_BACKS: [Experiment; 2] = [FIXED_ERRORS, FIXED_LATENCY];
pub(crate) const REGRESSIONS: [Experiment; 5] = [TWOFOLD, FIVEFOLD, SLOWER, SLOW, SLOWEST];
pub(crate) const RELEASES: [Experiment; 3] = [HEALTHY, SWIFT, NO_ERRORS];

const ROLLED_BACK: Measure = Measure::Ended(End::RolledBack);
const PROMOTED: Measure = Measure::Ended(End::Promoted);

const fn goal(
    what: &'static str,
    experiment: Experiment,
    (profiles, families): (&'static [usize], &'static [usize]),
    measure: Measure,
    bound: Bound,
) -> Goal {
    Goal { what, experiment, profiles, families, measure, bound }
}

/// The goals, in the order of the design's table.
pub(crate) const GOALS: [Goal; 23] = [
    goal("false roll backs", FIXED_ERRORS, (ALL, FOUR), ROLLED_BACK, Bound::AtMost(0.7)),
    goal("false roll backs", FIXED_LATENCY, (ALL, FOUR), ROLLED_BACK, Bound::AtMost(0.7)),
    goal("false roll backs", FIXED_ERRORS, (ALL, &[4]), ROLLED_BACK, Bound::AtMost(2.5)),
    goal("false roll backs", FIXED_LATENCY, (ALL, &[4]), ROLLED_BACK, Bound::AtMost(2.5)),
    goal("false roll backs", FIXED_ERRORS, (ALL, &[5]), ROLLED_BACK, Bound::AtMost(3.5)),
    goal("false roll backs", FIXED_LATENCY, (ALL, &[5]), ROLLED_BACK, Bound::AtMost(3.5)),
    goal("caught", TWOFOLD, (MID_AND_HIGH, FOUR), ROLLED_BACK, Bound::AtLeast(98.0)),
    goal("caught", TWOFOLD, (MID_AND_HIGH, &[4]), ROLLED_BACK, Bound::AtLeast(94.0)),
    goal("caught", TWOFOLD, (MID_AND_HIGH, &[5]), ROLLED_BACK, Bound::AtLeast(70.0)),
    goal("caught", TWOFOLD, (LOW, FOUR), ROLLED_BACK, Bound::AtLeast(98.0)),
    goal("caught", FIVEFOLD, (ALL, SIX), ROLLED_BACK, Bound::AtLeast(99.5)),
    goal("median minutes", HEALTHY, (MID, SIX), Measure::Minutes, Bound::AtMost(11.0)),
    goal("median minutes", SWIFT, (MID, SIX), Measure::Minutes, Bound::AtMost(11.0)),
    goal("promoted", HEALTHY, (MID_AND_HIGH, FOUR), PROMOTED, Bound::AtLeast(97.0)),
    goal("promoted", HEALTHY, (MID_AND_HIGH, &[4, 5]), PROMOTED, Bound::AtLeast(97.0)),
    goal("promoted", HEALTHY, (LOW, SIX), PROMOTED, Bound::AtLeast(90.0)),
    goal("promoted", SWIFT, (MID_AND_HIGH, FOUR), PROMOTED, Bound::AtLeast(97.0)),
    goal("promoted", SWIFT, (MID_AND_HIGH, &[4, 5]), PROMOTED, Bound::AtLeast(97.0)),
    goal("promoted", SWIFT, (LOW, SIX), PROMOTED, Bound::AtLeast(90.0)),
    goal("promoted", NO_ERRORS, (MID, SIX), PROMOTED, Bound::AtLeast(97.0)),
    goal("excess bad requests", TWOFOLD, (MID, &[0]), Measure::Excess, Bound::AtMost(45.0)),
    goal("excess bad requests", TWOFOLD, (MID, &[1]), Measure::Excess, Bound::AtMost(60.0)),
    goal("excess bad requests", TWOFOLD, (MID, &[2]), Measure::Excess, Bound::AtMost(70.0)),
];
