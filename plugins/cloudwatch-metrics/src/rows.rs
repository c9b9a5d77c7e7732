//! The rows of evidence: what the report shows, with sparklines.

use crate::configuration::{Check, Configuration};
use crate::state::{Kept, State};
use gate_sdk::text::measured;
use gate_sdk::{Finding, FindingStatus};

/// An e-value beyond this is drawn as this.
const LARGEST_E: f64 = 1e9;

/// "412.3 s"; the bare number where there is no unit.
pub(crate) fn worded(value: f64, unit: &str) -> String {
    match unit {
        "" => measured(value),
        unit => format!("{} {unit}", measured(value)),
    }
}

/// A row for each check, and one more for each comparison.
pub(crate) fn findings(
    state: &State,
    configuration: &Configuration,
    with_baseline: bool,
) -> Vec<Finding> {
    let checks = configuration.checks.iter().zip(&state.checks);
    let alpha = configuration.alpha_each();
    checks
        .flat_map(|(check, kept)| {
            let compared =
                (check.compare.is_some() && with_baseline).then(|| e_value(check, kept, alpha));
            [value(check, kept)].into_iter().chain(compared)
        })
        .collect()
}

fn value(check: &Check, kept: &Kept) -> Finding {
    let newest = kept.newest();
    let limit = match (check.floor, check.ceiling, newest) {
        (Some(floor), Some(_), Some(value)) if value < floor => Some(floor),
        (floor, ceiling, _) => ceiling.or(floor),
    };
    let status = match (&kept.broken, newest) {
        (Some(_), _) => FindingStatus::Bad,
        (None, newest) if check.is_breach(newest) => FindingStatus::Warning,
        (None, None) => FindingStatus::NoData,
        (None, Some(_)) => FindingStatus::Ok,
    };
    Finding {
        name: check.name.clone(),
        canary: newest,
        baseline: kept.baseline,
        limit,
        unit: check.unit.clone(),
        status,
        series: kept.values.iter().copied().flatten().collect(),
    }
}

/// The greater e-value of the directions that are worse.
fn e_value(check: &Check, kept: &Kept, alpha: f64) -> Finding {
    let log_e = kept.directions.iter().map(|it| it.log_e()).fold(f64::NEG_INFINITY, f64::max);
    let crossed = kept.directions.iter().any(|it| it.crossed().is_some());
    let status = match crossed {
        true => FindingStatus::Bad,
        false if log_e >= -libm::log(alpha) / 2.0 => FindingStatus::Warning,
        false => FindingStatus::Ok,
    };
    Finding {
        name: format!("{}: e-value", check.name),
        canary: Some(libm::exp(log_e).min(LARGEST_E)),
        baseline: None,
        limit: Some(1.0 / alpha),
        unit: String::new(),
        status,
        series: Vec::new(),
    }
}
