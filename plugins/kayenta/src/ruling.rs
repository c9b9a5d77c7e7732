//! What a score decides, and how it reads.

use crate::classification::Class;
use crate::configuration::{Configuration, Thresholds};
use crate::judgement::{Judged, Judgement};
use crate::score::fails;
use crate::stay::lifetime_s;
use gate_sdk::Situation;
use gate_sdk::ruling::Ruling;
use gate_sdk::text::{duration, measured};

/// So many metrics that fail are told one by one.
const TOLD: usize = 3;

/// The ruling of a judgement over a step of which so much was measured.
pub(crate) fn ruling(
    judgement: &Judgement,
    configuration: &Configuration,
    situation: &Situation,
    measured_s: u32,
) -> Ruling {
    let Thresholds { pass, marginal } = configuration.score_thresholds;
    let score = &judgement.score;
    let shown = measured(score.total);
    let because = because(judgement);
    let lifetime_s = lifetime_s(configuration);
    if score.total < marginal {
        let sentence = format!("score {shown}, below marginal ({marginal}): {because}");
        return Ruling::rollback("fail", sentence);
    }
    if let Some(unknown) = &score.unknown {
        return Ruling::no_data("no-data", unknown.clone());
    }
    if score.total < pass {
        let sentence = format!("score {shown}, below pass ({pass}): {because}");
        return Ruling::hold("marginal", sentence);
    }
    if measured_s < lifetime_s {
        let sentence = format!("score {shown}; {}", at_step(measured_s, lifetime_s, situation));
        return Ruling::hold("measuring", sentence);
    }
    let (all, lasted) = (judgement.metrics.len(), duration(f64::from(measured_s)));
    let sentence =
        format!("score {shown} after {lasted} at weight {}: {all} metrics", situation.weight);
    Ruling::promote(
        "pass",
        if because.is_empty() { sentence } else { format!("{sentence}; {because}") },
    )
}

/// The ruling before the first judgement of a step.
pub(crate) fn not_yet(measured_s: u32, first_s: u32, situation: &Situation) -> Ruling {
    let sentence = format!("not judged yet: {}", at_step(measured_s, first_s, situation));
    Ruling::hold("measuring", sentence)
}

/// The ruling where there is nothing to compare with.
pub(crate) fn alone(situation: &Situation) -> Ruling {
    let sentence = match situation.baseline {
        None => "a first release has no baseline to compare with",
        Some(_) => "the baseline serves no more: there is nothing to compare with",
    };
    Ruling::promote("no-baseline", sentence.to_owned())
}

/// "2 min of 10 min at weight 25 are measured".
fn at_step(measured_s: u32, of_s: u32, situation: &Situation) -> String {
    let [measured, of] = [measured_s, of_s].map(|s| duration(f64::from(s)));
    format!("{measured} of {of} at weight {} are measured", situation.weight)
}

/// The metrics that fail: "latency is High (412 ms against 205 ms)".
fn because(judgement: &Judgement) -> String {
    let failing: Vec<&Judged> =
        judgement.metrics.iter().filter(|it| fails(it.metric, it.classified.class)).collect();
    let mut told: Vec<String> = failing.iter().take(TOLD).map(|it| in_words(it)).collect();
    let more = failing.len().saturating_sub(TOLD);
    told.extend((more > 0).then(|| format!("{more} more fail")));
    told.join(", ")
}

fn in_words(judged: &Judged) -> String {
    let name = &judged.metric.name;
    let critical = if judged.metric.critical { ", critical" } else { "" };
    match (judged.classified.class, judged.classified.means) {
        (class @ (Class::High | Class::Low | Class::Pass), [Some(canary), Some(baseline)]) => {
            let [canary, baseline] = [canary, baseline].map(|value| {
                let unit = &judged.metric.unit;
                let space = if unit.is_empty() { "" } else { " " };
                format!("{}{space}{unit}", measured(value))
            });
            format!("{name} is {} ({canary} against {baseline}{critical})", class.word())
        }
        _ => format!("{name} has no data, which it must have"),
    }
}
