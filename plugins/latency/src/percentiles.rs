//! Where CloudWatch does not count slow requests: canary against baseline by the 95th percentile.

use gate_sdk::ruling::Ruling;
use gate_sdk::statistics::{ContinuousTest, WARM_UP_S, log_excess};
use gate_sdk::text::{e_value, grouped};
use gate_sdk::{Finding, FindingStatus, Situation};
use serde::{Deserialize, Serialize};

/// How many minutes of a step must be compared before it goes on …
const MINUTES_TO_GO_ON: u32 = 3;
/// … and before the canary takes everything.
const MINUTES_TO_GO_TO_ALL: u32 = 5;

/// What is known by percentiles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Percentiles {
    test: ContinuousTest,
    /// ln of the e-value with which the limit was reached.
    crossed: Option<f64>,
    step: u32,
    minutes: u32,
    /// The sum over the step's minutes of ln(canary / baseline).
    log_ratios: f64,
    /// The newest pair, in seconds.
    latest: Option<(f64, f64)>,
}

impl Percentiles {
    /// Takes in the pair of a minute that ended `age_s` after the canary's first traffic. While the
    /// canary warms up it may be slow: nothing is compared.
    pub(crate) fn observe(
        &mut self,
        (canary, baseline): (f64, f64),
        age_s: u32,
        situation: &Situation,
        alpha: f64,
    ) {
        if self.step != situation.step {
            (self.step, self.minutes, self.log_ratios) = (situation.step, 0, 0.0);
        }
        self.latest = Some((canary, baseline));
        if f64::from(age_s) <= WARM_UP_S {
            return;
        }
        self.test.observe(log_excess(canary, baseline));
        self.minutes += 1;
        self.log_ratios += libm::log(canary / baseline);
        if self.crossed.is_none() && self.test.log_e() >= -libm::log(alpha) {
            self.crossed = Some(self.test.log_e());
        }
    }

    /// The roll back that was decided, if one was.
    pub(crate) fn rollback(&self, alpha: f64) -> Option<Ruling> {
        let e = e_value(self.crossed?);
        let limit = grouped(libm::round(1.0 / alpha));
        let sentence = format!("{}: e-value {e} ≥ {limit}", self.shown());
        Some(Ruling::rollback("too-slow", sentence))
    }

    /// The ruling of the evidence. Percentiles are no samples, so there is no likelihood to go on
    /// by: enough minutes of this step, and a mean ratio nearer to 1 than to `max_ratio`.
    pub(crate) fn evidence(&self, situation: &Situation, max_ratio: f64) -> Ruling {
        let needed = match situation.next_weight {
            100.. => MINUTES_TO_GO_TO_ALL,
            _ => MINUTES_TO_GO_ON,
        };
        let minutes = if self.step == situation.step { self.minutes } else { 0 };
        if minutes < needed {
            let sentence = format!(
                "{}: {minutes} of {needed} minutes of this step are compared",
                self.shown()
            );
            return Ruling::hold("more-evidence", sentence);
        }
        let ratio = libm::exp(self.log_ratios / f64::from(minutes));
        let limit = libm::sqrt(max_ratio);
        let sentence = format!(
            "{}: {ratio:.2} times the baseline's in the mean of {minutes} minutes, limit {limit:.2}",
            self.shown()
        );
        if ratio <= limit {
            Ruling::promote("no-worse", sentence)
        } else {
            Ruling::hold("slower", sentence)
        }
    }

    /// "slow requests are not counted here; 95th percentile 212 ms against 208 ms".
    fn shown(&self) -> String {
        let pair = match self.latest {
            Some((canary, baseline)) => {
                format!("{:.0} ms against {:.0} ms", canary * 1e3, baseline * 1e3)
            }
            None => "not known yet".to_owned(),
        };
        format!("slow requests are not counted here; 95th percentile {pair}")
    }

    /// The rows of evidence.
    pub(crate) fn findings(&self, max_ratio: f64, alpha: f64) -> Vec<Finding> {
        let (canary, baseline) = self.latest.unzip();
        let row = |name: &str, canary, baseline, limit, unit: &str, status| Finding {
            name: name.into(),
            canary,
            baseline,
            limit,
            unit: unit.into(),
            status,
            series: Vec::new(),
        };
        let ms = |seconds: f64| seconds * 1e3;
        let limit = baseline.map(|b| ms(b) * max_ratio);
        let beyond = matches!((canary, limit), (Some(c), Some(l)) if ms(c) > l);
        let near = if beyond { FindingStatus::Warning } else { FindingStatus::Ok };
        let status = if self.crossed.is_some() { FindingStatus::Bad } else { near };
        vec![
            row("slow requests are not counted here", None, None, None, "", FindingStatus::Warning),
            row("95th percentile", canary.map(ms), baseline.map(ms), limit, "ms", status),
            row(
                "e-value",
                Some(libm::exp(self.test.log_e()).min(1e9)),
                None,
                Some(1.0 / alpha),
                "",
                status,
            ),
        ]
    }
}
