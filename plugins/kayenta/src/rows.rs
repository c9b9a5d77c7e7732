//! The rows of evidence: the score, each metric with its class, each group.

use crate::classification::Class;
use crate::configuration::Configuration;
use crate::judgement::{Judged, Judgement};
use crate::score::{Group, fails};
use gate_sdk::text::{measured, percent};
use gate_sdk::{Finding, FindingStatus};

/// So many rows a verdict may have.
const MOST: usize = 32;
/// So many values a row's series may have.
const LONGEST: usize = 64;

/// The rows of a judgement.
pub(crate) fn findings(judgement: &Judgement, configuration: &Configuration) -> Vec<Finding> {
    let thresholds = configuration.score_thresholds;
    let total = judgement.score.total;
    let status = match total {
        it if it < thresholds.marginal => FindingStatus::Bad,
        it if it < thresholds.pass => FindingStatus::Warning,
        _ => FindingStatus::Ok,
    };
    let of_score = row("score".to_owned(), Some(total), Some(thresholds.pass), status);
    let metrics = judgement.metrics.iter().map(of_metric);
    let groups = &judgement.score.groups;
    let groups = groups.iter().filter(|_| groups.len() > 1).map(of_group);
    [of_score].into_iter().chain(metrics).chain(groups).take(MOST).collect()
}

fn row(name: String, canary: Option<f64>, limit: Option<f64>, status: FindingStatus) -> Finding {
    let (unit, series) = (String::new(), Vec::new());
    Finding { name, canary, baseline: None, limit, unit, status, series }
}

fn of_metric(judged: &Judged) -> Finding {
    let (metric, class) = (judged.metric, judged.classified.class);
    let status = match class {
        class if fails(metric, class) => FindingStatus::Bad,
        Class::Nodata => FindingStatus::NoData,
        _ => FindingStatus::Ok,
    };
    let [canary, baseline] = judged.classified.means;
    let newest = judged.canary.len().saturating_sub(LONGEST);
    Finding {
        baseline,
        unit: metric.unit.clone(),
        series: judged.canary[newest..].to_vec(),
        ..row(format!("{}: {}", metric.name, class.word()), canary, None, status)
    }
}

fn of_group(group: &Group) -> Finding {
    let status = match group.score {
        None => FindingStatus::NoData,
        Some(score) if score < 100.0 => FindingStatus::Warning,
        Some(_) => FindingStatus::Ok,
    };
    let weight = percent(group.weight / 100.0);
    row(format!("score of {} ({weight})", group.name), group.score, None, status)
}

/// A line for each metric: what its class rests on.
pub(crate) fn notes(judgement: &Judgement) -> String {
    let lines = judgement.metrics.iter().map(|it| {
        let class = it.classified.class.word();
        let rests_on = match it.classified.shift {
            Some(shift) => {
                let [low, high, estimate] = [shift.low, shift.high, shift.estimate].map(measured);
                format!(": shift {estimate}, 98 % interval {low} to {high}")
            }
            None => String::new(),
        };
        format!("{}: {class}{rests_on}\n", it.metric.name)
    });
    lines.collect()
}
