//! Which periods a look judges: a function of the clock alone, so that the looks of one interval
//! say the same.

use crate::configuration::{Configuration, Judge};
use gate_sdk::window::{Window, next_of};
use gate_sdk::{Phase, Situation};

/// So many newest periods are compared at most.
const MOST_PERIODS: u32 = 720;

/// Where the analysis of the present step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stay {
    /// There is no baseline that serves beside the canary.
    Alone,
    /// Nothing is judged before so much of the step is measured.
    Measuring {
        /// So much is, in seconds.
        measured_s: u32,
        /// So much is needed, in seconds.
        first_s: u32,
    },
    /// These periods are judged.
    Judged {
        /// From the beginning of the analysis, or as far back as is looked.
        window: Window,
        /// How much of the step is in it, in seconds.
        measured_s: u32,
    },
}

/// Where the analysis stands. A step is measured from the first period in which every resolver
/// serves its weight; what was measured before adds to the samples.
pub(crate) fn stay(situation: &Situation, configuration: &Configuration) -> Stay {
    let period_s = configuration.step_secs.max(1);
    let Some(traffic_at_s) = situation.canary_traffic_at else {
        return Stay::Measuring { measured_s: 0, first_s: period_s };
    };
    if situation.baseline.is_none() || situation.phase == Phase::Bake {
        return Stay::Alone;
    }
    let begin_s =
        next_of(period_s, traffic_at_s.saturating_add(seconds(configuration.begin_after_mins)));
    let fresh_s = next_of(period_s, situation.weight_verified_at.saturating_add(situation.ttl_s));
    let step_s = begin_s.max(fresh_s);
    let measured_s = situation.now.saturating_sub(configuration.lag_secs).saturating_sub(step_s);
    let interval_s = seconds(configuration.analysis_interval_mins).max(period_s);
    let first_s = match configuration.judge {
        Judge::EachInterval => interval_s,
        Judge::AtEnd => lifetime_s(configuration),
    };
    if measured_s < first_s {
        return Stay::Measuring { measured_s: measured_s - measured_s % period_s, first_s };
    }
    let measured_s = first_s + (measured_s - first_s) / interval_s * interval_s;
    let end_s = step_s.saturating_add(measured_s);
    let most_s = MOST_PERIODS.saturating_mul(period_s);
    let back_s = match seconds(configuration.lookback_mins) {
        0 => most_s,
        lookback_s => lookback_s.min(most_s),
    };
    let window = Window { begin_s: begin_s.max(end_s.saturating_sub(back_s)), end_s };
    Stay::Judged { window, measured_s }
}

/// How long a step is measured before it may go on.
pub(crate) fn lifetime_s(configuration: &Configuration) -> u32 {
    seconds(configuration.lifetime_duration_mins).max(configuration.step_secs)
}

fn seconds(minutes: u32) -> u32 {
    minutes.saturating_mul(60)
}
