//! How many more canary requests a holding gate needs.

use super::Comparison;
use core::f64::consts::LN_2;

impl Comparison {
    /// About how many more requests the canary must serve until the evidence reaches `needed`, if
    /// it is as good as the baseline and traffic stays as it is; none where neither path leads
    /// there. From the mean growth of both kinds of evidence a request (the relative entropy of
    /// the two splits, and of the two shares).
    pub(super) fn requests_needed(&self, needed: f64, negligible_ratio: f64) -> Option<f64> {
        let share = (self.canary.bad + self.baseline.bad)
            / (self.canary.requests + self.baseline.requests).max(1.0);
        let [canary, baseline] = self.latest.map(|c| c.requests);
        let split = canary / (canary + baseline);
        let ratio = self.test.max_ratio();
        let worse = split * ratio / (split * ratio + 1.0 - split);
        let entropy = split * libm::log(split / worse)
            + (1.0 - split) * libm::log((1.0 - split) / (1.0 - worse));
        let good = libm::log((1.0 - negligible_ratio) / (1.0 - 2.0 * negligible_ratio));
        let paths = [
            (needed - self.test.log_promote(), share / split * entropy),
            (needed - self.negligible, (1.0 - share) * good - share * LN_2),
        ];
        let needs = paths.into_iter().filter(|(_, gain)| *gain > 0.0).map(|(gap, gain)| gap / gain);
        needs.filter(|n| n.is_finite()).map(|n| n.max(1.0)).reduce(f64::min)
    }
}
