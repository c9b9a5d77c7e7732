//! The sequential test on counts: does the canary make bad requests at the baseline's rate?
//!
//! When both arms have the same risk, each bad request falls on the canary with the canary's share
//! of the traffic, whatever load and shared shocks do. The share is the whole test, so it may be
//! looked at as often as one likes (Ville's inequality for the e-value). A beta-binomial spread τ,
//! mixed over a prior that is learned per service, widens it for noise of one arm's own.

use super::beta_binomial::{log_split, log_sum_exp};
use serde::{Deserialize, Serialize};

/// Standard deviations of the log rate ratio from block to block that are mixed over.
pub const SPREADS: [f64; 4] = [0.0, 0.15, 0.35, 0.7];
/// Seconds over which counts are summed before they become one draw of the spread.
pub const BLOCK_S: f64 = 60.0;
/// Warm-up lasts until the first closed interval that ends this many seconds after first traffic.
pub const WARM_UP_S: f64 = 120.0;
/// In warm-up the null allows the canary this many times the baseline's rate.
const WARM_UP_MARGIN: f64 = 4.0;
/// How much of the old prior a release keeps when it teaches, on the log scale.
const RETAINED: f64 = 0.9;
/// No spread is ever believed in less than this.
const PRIOR_FLOOR: f64 = 0.01;

/// Rows of the table of log-likelihoods: see [`CountTest::ratios`].
const NULL: usize = 1;
const MAX_RATIO: usize = 3;
const ALTERNATIVES: [usize; 3] = [2, 3, 4];

/// Requests of one arm in one interval, or in a sum of intervals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// All requests, 0 or more.
    pub requests: f64,
    /// The bad ones among them, 0 to `requests`.
    pub bad: f64,
}

impl Counts {
    /// The share of bad requests, 0 to 1; 0 when there were no requests.
    #[must_use]
    pub fn share(self) -> f64 {
        if self.requests > 0.0 { self.bad / self.requests } else { 0.0 }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.bad += other.bad;
    }
}

/// What a hypothesis of harm keeps of the weight of each of [`SPREADS`]; the rest goes to the first,
/// 0. Harm shows alike in every block, where noise of one arm's own comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Steadiness {
    /// In the e-value: the alternatives' weights. Each 0 to 1, the first 1.
    pub evidence: [f64; 4],
    /// In the evidence for going on: the weights of `max_ratio`. Each 0 to 1, the first 1.
    pub promotion: [f64; 4],
}

impl Steadiness {
    /// Harm may be as unsteady as noise: the published test.
    pub const NONE: Self = Self { evidence: [1.0; 4], promotion: [1.0; 4] };
}

/// The state of the test: what was learned, what was banked, and the evidence since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CountTest {
    max_ratio: f64,
    prior: [f64; 4],
    steadiness: Steadiness,
    warm: bool,
    warm_blocks: u32,
    banked: f64,
    closed: [[f64; 4]; 5],
    canary: Counts,
    baseline: Counts,
    elapsed_s: f64,
}

impl CountTest {
    /// A test without evidence. `max_ratio` (above 1/0.7) is the rate ratio that must not pass;
    /// `prior` holds the weights of [`SPREADS`], which sum to 1.
    #[must_use]
    pub fn new(max_ratio: f64, prior: [f64; 4], steadiness: Steadiness) -> Self {
        Self {
            max_ratio,
            prior,
            steadiness,
            warm: false,
            warm_blocks: 0,
            banked: 0.0,
            closed: [[0.0; 4]; 5],
            canary: Counts::default(),
            baseline: Counts::default(),
            elapsed_s: 0.0,
        }
    }

    /// The rate ratio that must not pass.
    #[must_use]
    pub fn max_ratio(&self) -> f64 {
        self.max_ratio
    }

    /// The rate ratios under test. For `max_ratio` 2 they are 0.7, 1, 1.4, 2 and 4.5: the second is
    /// the null, the last three the alternatives, the first only teaches the prior.
    fn ratios(&self) -> [f64; 5] {
        [0.7, 1.0, 0.7 * self.max_ratio, self.max_ratio, 2.25 * self.max_ratio]
    }

    /// Adds one closed interval of `length_s` seconds that ended `age_s` seconds after the canary's
    /// first traffic. An interval in which either arm had no request adds no evidence.
    pub fn observe(&mut self, canary: Counts, baseline: Counts, length_s: f64, age_s: f64) {
        if canary.requests > 0.0 && baseline.requests > 0.0 {
            self.canary += canary;
            self.baseline += baseline;
        }
        self.elapsed_s += length_s;
        if self.elapsed_s >= BLOCK_S {
            self.closed = self.table();
            self.warm_blocks += u32::from(self.warm);
            self.open_block();
        }
        if !self.warm && age_s >= WARM_UP_S {
            self.banked = self.log_e();
            self.warm = true;
            self.closed = [[0.0; 4]; 5];
            self.open_block();
        }
    }

    fn open_block(&mut self) {
        self.canary = Counts::default();
        self.baseline = Counts::default();
        self.elapsed_s = 0.0;
    }

    /// Whether warm-up is over: before that the test promotes nothing.
    #[must_use]
    pub fn is_warm(&self) -> bool {
        self.warm
    }

    /// How many blocks were closed since warm-up.
    #[must_use]
    pub fn warm_blocks(&self) -> u32 {
        self.warm_blocks
    }

    /// ln of the e-value against "the canary is no worse than the baseline" (in warm-up: no more
    /// than four times as bad). By Ville's inequality it ever exceeds ln(1/α) with probability at
    /// most α when that holds.
    #[must_use]
    pub fn log_e(&self) -> f64 {
        let table = self.table();
        let harm = steadied(self.prior, self.steadiness.evidence);
        let against = log_sum_exp(
            ALTERNATIVES.iter().flat_map(|&g| mixed(harm, table[g])).map(|t| t - libm::log(3.0)),
        );
        let log_e = against - log_sum_exp(mixed(self.prior, table[NULL]));
        if self.warm {
            self.banked + log_e
        } else {
            log_sum_exp([0.0, log_e].into_iter()) - libm::log(2.0)
        }
    }

    /// ln of the likelihood ratio of "same rate" against "`max_ratio` times the rate": how strongly
    /// the evidence speaks for going on. 0 in warm-up.
    #[must_use]
    pub fn log_promote(&self) -> f64 {
        if !self.warm {
            return 0.0;
        }
        let table = self.table();
        let harm = steadied(self.prior, self.steadiness.promotion);
        log_sum_exp(mixed(self.prior, table[NULL])) - log_sum_exp(mixed(harm, table[MAX_RATIO]))
    }

    /// The prior for this service's next release. A run that ended in warm-up teaches nothing.
    #[must_use]
    pub fn learned_prior(&self) -> [f64; 4] {
        if !self.warm {
            return self.prior;
        }
        let table = self.table();
        let mut log_prior = [0.0; 4];
        for (spread, value) in log_prior.iter_mut().enumerate() {
            let mean = log_sum_exp(table.iter().map(|row| row[spread])) - libm::log(5.0);
            *value = RETAINED * libm::log(self.prior[spread]) + mean;
        }
        let total = log_sum_exp(log_prior.iter().copied());
        let floored = log_prior.map(|l| libm::exp(l - total).max(PRIOR_FLOOR));
        let total: f64 = floored.iter().sum();
        floored.map(|v| v / total)
    }

    /// Log-likelihoods by rate ratio and spread, the open block included.
    fn table(&self) -> [[f64; 4]; 5] {
        let mut table = self.closed;
        if self.canary.requests <= 0.0 || self.baseline.requests <= 0.0 {
            return table;
        }
        let margin = if self.warm { 1.0 } else { WARM_UP_MARGIN };
        let bad = self.canary.bad + self.baseline.bad;
        for (row, ratio) in table.iter_mut().zip(self.ratios()) {
            let weighted = self.canary.requests * margin * ratio;
            let q = weighted / (weighted + self.baseline.requests);
            for (sum, spread) in row.iter_mut().zip(SPREADS) {
                *sum += log_split(self.canary.bad, bad, q, spread);
            }
        }
        table
    }
}

/// A row of the table with the spreads' weights.
fn mixed(weights: [f64; 4], row: [f64; 4]) -> impl Iterator<Item = f64> + Clone {
    weights.into_iter().zip(row).map(|(weight, sum)| libm::log(weight) + sum)
}

/// The prior's weights under a hypothesis of harm: see [`Steadiness`].
fn steadied(prior: [f64; 4], kept: [f64; 4]) -> [f64; 4] {
    let mut weights: [f64; 4] = std::array::from_fn(|spread| prior[spread] * kept[spread]);
    weights[0] += 1.0 - weights.iter().sum::<f64>();
    weights
}

/// Whether `prior` can be one: four weights above 0 that sum to 1. For what comes back from memory.
#[must_use]
pub fn is_prior(prior: &[f64; 4]) -> bool {
    prior.iter().all(|v| *v > 0.0) && (prior.iter().sum::<f64>() - 1.0).abs() < 1e-9
}
