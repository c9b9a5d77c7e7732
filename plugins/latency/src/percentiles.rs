//! Where CloudWatch does not count slow requests: canary against baseline by the 95th percentile.

use gate_sdk::paired::{Paired, Standing};
use gate_sdk::ruling::Ruling;
use gate_sdk::text::{e_value, grouped};
use gate_sdk::{Finding, FindingStatus, Situation};
use serde::{Deserialize, Serialize};

/// What is known by percentiles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Percentiles {
    pairs: Paired,
    /// The newest pair, in seconds.
    latest: Option<(f64, f64)>,
}

impl Percentiles {
    /// Takes in the pair of a minute that ended `age_s` after the canary's first traffic.
    pub(crate) fn observe(
        &mut self,
        pair: (f64, f64),
        age_s: u32,
        situation: &Situation,
        alpha: f64,
    ) {
        self.latest = Some(pair);
        self.pairs.observe(pair, age_s, situation.step, alpha);
    }

    /// The roll back that was decided, if one was.
    pub(crate) fn rollback(&self, alpha: f64) -> Option<Ruling> {
        let e = e_value(self.pairs.crossed()?);
        let limit = grouped(libm::round(1.0 / alpha));
        let sentence = format!("{}: e-value {e} ≥ {limit}", self.shown());
        Some(Ruling::rollback("too-slow", sentence))
    }

    /// The ruling of the evidence: enough minutes of this step, and a mean ratio nearer to 1 than
    /// to `max_ratio`.
    pub(crate) fn evidence(&self, situation: &Situation, max_ratio: f64) -> Ruling {
        let shown = self.shown();
        let (ratio, minutes) = match self.pairs.standing(situation) {
            Standing::Ratio { ratio, periods } => (ratio, periods),
            Standing::Few { periods, needed } => {
                let sentence =
                    format!("{shown}: {periods} of {needed} minutes of this step are compared");
                return Ruling::hold("more-evidence", sentence);
            }
        };
        let limit = libm::sqrt(max_ratio);
        let sentence = format!(
            "{shown}: {ratio:.2} times the baseline's in the mean of {minutes} minutes, limit {limit:.2}",
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
        let status = if self.pairs.crossed().is_some() { FindingStatus::Bad } else { near };
        vec![
            row("slow requests are not counted here", None, None, None, "", FindingStatus::Warning),
            row("95th percentile", canary.map(ms), baseline.map(ms), limit, "ms", status),
            row(
                "e-value",
                Some(libm::exp(self.pairs.log_e()).min(1e9)),
                None,
                Some(1.0 / alpha),
                "",
                status,
            ),
        ]
    }
}
