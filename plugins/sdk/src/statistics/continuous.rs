//! The sequential test on a metric without counts: a percentile, a queue's length.
//!
//! Two e-processes over y = ln(canary / baseline) − ln 1.05 of paired intervals, averaged: bets on
//! tanh(y / s) at five scales, and a normal-inverse-gamma mixture over the best normal that says
//! "no worse". It never fired on replays of real CloudWatch series against themselves, but sees a
//! shift of a quarter less often than the Kayenta judge does (60 % against 81 %).

use super::beta_binomial::log_sum_exp;
use serde::{Deserialize, Serialize};

/// Differences up to 5 % are nobody's regression.
const TOLERATED_RATIO: f64 = 1.05;
/// The scales of the tanh bets.
const SCALES: [f64; 5] = [0.02, 0.05, 0.1, 0.3, 1.0];
/// How much of the stake each bet puts in.
const STAKE: f64 = 0.95;
/// The normal-inverse-gamma prior, whose mean is 0: κ …
const KAPPA: f64 = 0.5;
/// … A …
const SHAPE: f64 = 1.0;
/// … and B.
const RATE: f64 = 0.0025;
/// The least variance the null may claim.
const LEAST_VARIANCE: f64 = 1e-4;

/// The state of the test.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContinuousTest {
    bets: [f64; 5],
    pairs: f64,
    sum: f64,
    sum_of_squares: f64,
}

/// y of one pair of closed intervals: 0 when either value is not above 0.
#[must_use]
pub fn log_excess(canary: f64, baseline: f64) -> f64 {
    if canary > 0.0 && baseline > 0.0 {
        libm::log(canary / baseline) - libm::log(TOLERATED_RATIO)
    } else {
        0.0
    }
}

impl ContinuousTest {
    /// Adds the [`log_excess`] of one pair of closed intervals.
    pub fn observe(&mut self, y: f64) {
        for (bet, scale) in self.bets.iter_mut().zip(SCALES) {
            *bet += libm::log1p(STAKE * libm::tanh(y / scale));
        }
        let clipped = y.clamp(-1.0, 1.0);
        self.pairs += 1.0;
        self.sum += clipped;
        self.sum_of_squares += clipped * clipped;
    }

    /// How many pairs were observed.
    #[must_use]
    pub fn pairs(&self) -> f64 {
        self.pairs
    }

    /// The mean of the log excess (each clipped to ±1); 0 before the first pair.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.pairs > 0.0 { self.sum / self.pairs } else { 0.0 }
    }

    /// ln of the e-value: the mean of both e-processes. 0 before the first pair.
    #[must_use]
    pub fn log_e(&self) -> f64 {
        log_sum_exp([self.log_e_tanh(), self.log_e_mixture()].into_iter()) - libm::log(2.0)
    }

    /// ln of the tanh bets' wealth.
    #[must_use]
    pub fn log_e_tanh(&self) -> f64 {
        log_sum_exp(self.bets.into_iter()) - libm::log(5.0)
    }

    /// ln of the mixture's likelihood over the null's maximised one.
    #[must_use]
    pub fn log_e_mixture(&self) -> f64 {
        if self.pairs <= 0.0 {
            return 0.0;
        }
        self.log_marginal() - self.log_best_null()
    }

    /// ln of the product of the normal-inverse-gamma predictive densities, without (2π)^(−n/2).
    fn log_marginal(&self) -> f64 {
        let n = self.pairs;
        let scatter = (self.sum_of_squares - n * self.mean() * self.mean()).max(0.0);
        let kappa_n = KAPPA + n;
        let shape_n = SHAPE + n / 2.0;
        let rate_n = RATE + scatter / 2.0 + KAPPA * n * self.mean() * self.mean() / (2.0 * kappa_n);
        libm::lgamma(shape_n) - libm::lgamma(SHAPE) + SHAPE * libm::log(RATE)
            - shape_n * libm::log(rate_n)
            + libm::log(KAPPA / kappa_n) / 2.0
    }

    /// ln of the largest normal likelihood with μ ≤ 0 and σ² ≥ 1e-4, without (2π)^(−n/2).
    fn log_best_null(&self) -> f64 {
        let n = self.pairs;
        let mu = self.mean().min(0.0);
        let scatter = (self.sum_of_squares - 2.0 * mu * self.sum + n * mu * mu).max(0.0);
        let variance = (scatter / n).max(LEAST_VARIANCE);
        -n / 2.0 * libm::log(variance) - scatter / (2.0 * variance)
    }
}
