//! Canary against baseline by a metric without counts: a percentile, a queue's age.

use crate::Situation;
use crate::statistics::{ContinuousTest, WARM_UP_S, log_excess};
use serde::{Deserialize, Serialize};

/// How many periods of a step must be compared before it goes on …
const PERIODS_TO_GO_ON: u32 = 3;
/// … and before the canary takes everything.
const PERIODS_TO_GO_TO_ALL: u32 = 5;

/// What is known of pairs of closed periods. Higher is worse: where lower is, the pair is given the
/// other way round.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    test: ContinuousTest,
    /// ln of the e-value with which the limit was reached.
    crossed: Option<f64>,
    step: u32,
    periods: u32,
    /// The sum over the step's periods of ln(canary / baseline).
    log_ratios: f64,
}

/// Whether the pairs of the present step suffice to go on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Standing {
    /// Too few periods of this step are compared.
    Few {
        /// So many are.
        periods: u32,
        /// So many are needed.
        needed: u32,
    },
    /// The mean ratio canary / baseline over the step's periods.
    Ratio {
        /// The geometric mean.
        ratio: f64,
        /// Of so many periods.
        periods: u32,
    },
}

impl Paired {
    /// Takes in the pair of a period that ended `age_s` after the canary's first traffic. While the
    /// canary warms up it may be worse: nothing is compared.
    pub fn observe(&mut self, (canary, baseline): (f64, f64), age_s: u32, step: u32, alpha: f64) {
        if self.step != step {
            (self.step, self.periods, self.log_ratios) = (step, 0, 0.0);
        }
        if f64::from(age_s) <= WARM_UP_S {
            return;
        }
        self.test.observe(log_excess(canary, baseline));
        self.periods += 1;
        self.log_ratios += log_ratio(canary, baseline);
        // Pairs that never differ look unlikely to the test, whose null has a least spread: a mean
        // within the tolerated difference is nobody's regression, whatever the e-value.
        let worse = self.test.mean() > 0.0;
        if self.crossed.is_none() && worse && self.test.log_e() >= -libm::log(alpha) {
            self.crossed = Some(self.test.log_e());
        }
    }

    /// ln of the e-value.
    #[must_use]
    pub fn log_e(&self) -> f64 {
        self.test.log_e()
    }

    /// ln of the e-value with which the limit was reached: the canary is worse.
    #[must_use]
    pub fn crossed(&self) -> Option<f64> {
        self.crossed
    }

    /// What the present step's pairs amount to. Such values are no samples, so there is no
    /// likelihood to go on by: enough periods, and their mean ratio.
    #[must_use]
    pub fn standing(&self, situation: &Situation) -> Standing {
        let needed = match situation.next_weight {
            100.. => PERIODS_TO_GO_TO_ALL,
            _ => PERIODS_TO_GO_ON,
        };
        let periods = if self.step == situation.step { self.periods } else { 0 };
        if periods < needed {
            return Standing::Few { periods, needed };
        }
        Standing::Ratio { ratio: libm::exp(self.log_ratios / f64::from(periods)), periods }
    }
}

/// ln(canary / baseline); where one of them is not above 0, a whole unit for the other.
fn log_ratio(canary: f64, baseline: f64) -> f64 {
    match (canary > 0.0, baseline > 0.0) {
        (true, true) => libm::log(canary / baseline),
        (true, false) => 1.0,
        (false, true) => -1.0,
        (false, false) => 0.0,
    }
}

#[cfg(all(test, feature = "harness"))]
mod tests {
    use super::{Paired, Standing};
    use crate::harness::situation;

    fn after(pairs: &[(f64, f64)]) -> Paired {
        let mut paired = Paired::default();
        for pair in pairs {
            paired.observe(*pair, 600, situation().step, 0.005);
        }
        paired
    }

    #[test]
    fn a_twofold_canary_crosses_and_one_that_is_always_equal_never_does() {
        assert!(after(&[(2.0, 1.0); 12]).crossed().is_some());
        assert_eq!(after(&[(1.0, 1.0); 500]).crossed(), None);
    }

    #[test]
    fn a_step_begins_without_pairs_and_the_evidence_stays() {
        let mut paired = after(&[(1.1, 1.0); 4]);
        let log_e = paired.log_e();
        let Standing::Ratio { ratio, periods: 4 } = paired.standing(&situation()) else {
            panic!("{paired:?}");
        };
        assert!((ratio - 1.1).abs() < 1e-9);
        let mut next = situation();
        next.step += 1;
        assert_eq!(paired.standing(&next), Standing::Few { periods: 0, needed: 3 });
        paired.observe((1.0, 1.0), 60, next.step, 0.005);
        assert!((paired.log_e() - log_e).abs() < 1e-9, "warm-up adds nothing");
    }

    #[test]
    fn something_beside_nothing_is_not_the_same() {
        let beside_nothing = after(&[(3.0, 0.0); 3]);
        let Standing::Ratio { ratio, .. } = beside_nothing.standing(&situation()) else {
            panic!("{beside_nothing:?}");
        };
        assert!(ratio > 2.0, "{ratio}");
    }
}
