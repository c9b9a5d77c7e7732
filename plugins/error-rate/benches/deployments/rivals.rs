//! What others decide by, on the same draws: strikes over a fixed threshold, and ranks.

use crate::rollout::{Judge, Said, Stand, plan_s};
use crate::traffic::{Fault, Interval, Profile, Requests};
use kayenta::classification::{Class, classify};
use kayenta::{Direction, EffectSize};

/// The baseline's share of slow requests, by what slow means.
const SLOW_SHARE: f64 = 0.05;
/// How long the canary warms up before its values count.
const BEGIN_AFTER_S: u32 = 120;

/// A share of bad requests above twice the usual one is a strike; so many of them roll back.
pub(crate) struct Strikes {
    limit: f64,
    left: u32,
}

impl Strikes {
    pub(crate) fn new(profile: Profile, fault: Fault, strikes: u32) -> Self {
        let usual = match fault {
            Fault::Latency(_) => SLOW_SHARE,
            Fault::Errors(_) | Fault::NoErrors => profile.error_rate,
        };
        Strikes { limit: 2.0 * usual, left: strikes }
    }
}

impl Judge for Strikes {
    fn look(&mut self, _: u32, drawn: &Interval, _: Stand) -> Said {
        if percent(drawn.canary).is_some_and(|share| share > 100.0 * self.limit) {
            self.left = self.left.saturating_sub(1);
        }
        if self.left == 0 { Said::RollBack } else { Said::Hold }
    }
}

/// The judge of Kayenta over the intervals' shares of bad requests, in percent: at each interval,
/// or once the plan is over.
pub(crate) struct Ranks {
    only_at_s: Option<u32>,
    least_values: usize,
    period_s: u32,
    shares: [Vec<f64>; 2],
}

impl Ranks {
    pub(crate) fn each_interval(profile: Profile, least_values: usize) -> Self {
        Self::new(profile, None, least_values)
    }

    pub(crate) fn at_end(profile: Profile) -> Self {
        Self::new(profile, Some(plan_s(profile)), 1)
    }

    fn new(profile: Profile, only_at_s: Option<u32>, least_values: usize) -> Self {
        let shares = [Vec::new(), Vec::new()];
        Ranks { only_at_s, least_values, period_s: profile.period_s, shares }
    }
}

impl Judge for Ranks {
    fn look(&mut self, age_s: u32, drawn: &Interval, _: Stand) -> Said {
        if age_s >= BEGIN_AFTER_S {
            for (shares, side) in self.shares.iter_mut().zip([drawn.canary, drawn.baseline]) {
                shares.extend(percent(side));
            }
        }
        let due = self.only_at_s.is_none_or(|at_s| age_s + self.period_s >= at_s);
        let [canary, baseline] = &self.shares;
        if !due || canary.len() < self.least_values {
            return Said::Hold;
        }
        let effect = EffectSize::default();
        match classify(canary, baseline, Direction::Increase, effect).class {
            Class::High => Said::RollBack,
            _ => Said::Promote,
        }
    }
}

fn percent(of: Requests) -> Option<f64> {
    (of.all > 0.0).then(|| 100.0 * of.bad / of.all)
}
