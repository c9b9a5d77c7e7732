//! The rows of evidence of a comparison: what the report shows, with sparklines.

use super::Comparison;
use crate::settings::{Settings, Wording};
use crate::statistics::Counts;
use crate::{Finding, FindingStatus, Situation};
use serde::{Deserialize, Serialize};

/// How many values a sparkline may have.
const LONGEST: usize = 64;
/// An e-value beyond this is drawn as this.
const LARGEST_E: f64 = 1e9;

/// Values by the period, the newest last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct History {
    canary_percent: Vec<f64>,
    requests: Vec<f64>,
    e_value: Vec<f64>,
    evidence: Vec<f64>,
}

impl History {
    pub(super) fn push(&mut self, canary: Counts, log_e: f64, evidence: f64) {
        keep(&mut self.canary_percent, canary.share() * 100.0);
        keep(&mut self.requests, canary.requests);
        keep(&mut self.e_value, libm::exp(log_e).min(LARGEST_E));
        keep(&mut self.evidence, evidence);
    }
}

/// Adds a value, rounded to six decimals, and drops the oldest beyond [`LONGEST`].
fn keep(values: &mut Vec<f64>, value: f64) {
    if values.len() == LONGEST {
        values.remove(0);
    }
    values.push(libm::round(value * 1e6) / 1e6);
}

impl Comparison {
    /// The rows of evidence.
    #[must_use]
    pub fn findings(
        &self,
        situation: &Situation,
        settings: &Settings,
        wording: &Wording,
    ) -> Vec<Finding> {
        vec![
            self.share_finding(settings, wording),
            self.e_value_finding(settings),
            self.evidence_finding(situation),
            Finding {
                name: "requests".into(),
                canary: Some(self.canary.requests),
                baseline: Some(self.baseline.requests),
                limit: None,
                unit: "requests".into(),
                status: status(self.canary.requests > 0.0, false, false),
                series: self.history.requests.clone(),
            },
        ]
    }

    fn share_finding(&self, settings: &Settings, wording: &Wording) -> Finding {
        let [canary, baseline] =
            [self.canary, self.baseline].map(|c| (c.requests > 0.0).then(|| c.share() * 100.0));
        let limit = baseline.map(|b| b * settings.max_ratio).filter(|l| *l > 0.0);
        let above = matches!((canary, limit), (Some(c), Some(l)) if c > l);
        Finding {
            name: wording.finding.into(),
            canary,
            baseline,
            limit,
            unit: "%".into(),
            status: status(canary.is_some(), above, self.crossing.is_some()),
            series: self.history.canary_percent.clone(),
        }
    }

    fn e_value_finding(&self, settings: &Settings) -> Finding {
        let log_e = self.test.log_e();
        let limit = self.e_value_limit(settings.alpha);
        let near = log_e >= libm::log(limit) / 2.0;
        Finding {
            name: "e-value".into(),
            canary: Some(libm::exp(log_e).min(LARGEST_E)),
            baseline: None,
            limit: Some(limit),
            unit: String::new(),
            status: status(true, near, self.crossing.is_some()),
            series: self.history.e_value.clone(),
        }
    }

    fn evidence_finding(&self, situation: &Situation) -> Finding {
        let (value, needed) = (self.evidence_value(), self.needed(situation));
        Finding {
            name: "evidence to go on".into(),
            canary: Some(value),
            baseline: None,
            limit: Some(needed),
            unit: String::new(),
            status: status(self.test.is_warm(), value < needed, false),
            series: self.history.evidence.clone(),
        }
    }
}

fn status(known: bool, near: bool, beyond: bool) -> FindingStatus {
    match (known, near, beyond) {
        (_, _, true) => FindingStatus::Bad,
        (false, _, _) => FindingStatus::NoData,
        (true, true, _) => FindingStatus::Warning,
        (true, false, _) => FindingStatus::Ok,
    }
}
