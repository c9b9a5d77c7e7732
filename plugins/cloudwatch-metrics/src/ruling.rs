//! What one check decides, and what all of them come to.

use crate::configuration::{Check, Missing};
use crate::rows::worded;
use crate::state::{Kept, first_fresh_period, is_without_baseline};
use gate_sdk::paired::Standing;
use gate_sdk::ruling::Ruling;
use gate_sdk::text::{e_value, grouped};
use gate_sdk::{Decision, Phase, Situation};

/// So many checks are told one by one.
const TOLD: usize = 3;

/// The roll back that a check decided, if it did.
pub(crate) fn rollback(check: &Check, kept: &Kept, alpha: f64) -> Option<Ruling> {
    if let Some(broken) = &kept.broken {
        let (breaches, periods) = (broken.breaches, broken.periods);
        let what = breach(check, broken.value);
        let sentence =
            format!("{}: {what} in {breaches} of the newest {periods} periods", check.name);
        let is_low = matches!((broken.value, check.floor), (Some(v), Some(floor)) if v < floor);
        let code = match (broken.value, is_low) {
            (None, _) => "missing",
            (_, true) => "under-floor",
            (_, false) => "over-ceiling",
        };
        return Some(Ruling::rollback(code, sentence));
    }
    let [higher, lower] = &kept.directions;
    let (log_e, code) = match (higher.crossed(), lower.crossed()) {
        (Some(log_e), _) => (log_e, "higher"),
        (None, Some(log_e)) => (log_e, "lower"),
        (None, None) => return None,
    };
    let (e, limit) = (e_value(log_e), grouped((1.0 / alpha).round()));
    let sentence = format!("{}: e-value {e} ≥ {limit} for {code}", compared(check, kept));
    Some(Ruling::rollback(code, sentence))
}

/// What a check says that did not roll back.
pub(crate) fn ruling(check: &Check, kept: &Kept, situation: &Situation) -> Ruling {
    let name = &check.name;
    if is_without_baseline(situation, check) {
        let sentence = format!("{name}: there is no baseline to ask about");
        return Ruling::promote("no-baseline", sentence);
    }
    let fresh_end_s = first_fresh_period(situation, check).saturating_add(check.period_s);
    if kept.consumed_to_s < fresh_end_s {
        let (period_s, weight) = (check.period_s, situation.weight);
        let sentence =
            format!("{name}: no whole period of {period_s} s at weight {weight} is measured yet");
        return Ruling::hold("not-yet", sentence);
    }
    let newest = kept.newest();
    if check.is_breach(newest) {
        let ((breaches, periods), what) = (kept.breaches(check), breach(check, newest));
        let sentence = format!(
            "{name}: {what} in {breaches} of the newest {periods} periods; {} roll back",
            check.breaches
        );
        return Ruling::hold("breach", sentence);
    }
    match (newest, check.missing) {
        (None, Missing::NoData) => {
            return Ruling::no_data("missing", format!("{name}: the newest period has no value"));
        }
        (None, Missing::Hold) => {
            return Ruling::hold("missing", format!("{name}: the newest period has no value"));
        }
        _ => {}
    }
    match comparison(check, kept, situation) {
        Some(ruling) => ruling,
        None => Ruling::promote("within-limits", within(check, newest, situation)),
    }
}

/// The ruling of a comparison; none where nothing is compared.
fn comparison(check: &Check, kept: &Kept, situation: &Situation) -> Option<Ruling> {
    let compare = check.compare.as_ref()?;
    if situation.baseline.is_none() || situation.phase == Phase::Bake {
        return None;
    }
    let said = compared(check, kept);
    let limit = compare.max_ratio.sqrt();
    let on = compare.worse.directions();
    let mut promoted = None;
    let words = [("higher", "high"), ("lower", "low")];
    for ((paired, (code, word)), _) in
        kept.directions.iter().zip(words).zip(on).filter(|(_, on)| *on)
    {
        match paired.standing(situation) {
            Standing::Few { periods, needed } => {
                let sentence =
                    format!("{said}: {periods} of {needed} periods of this step are compared");
                return Some(Ruling::hold("more-evidence", sentence));
            }
            Standing::Ratio { ratio, periods } => {
                let sentence = format!(
                    "{said}: {ratio:.2} times as {word} in the mean of {periods} periods, \
                     limit {limit:.2}"
                );
                if ratio > limit {
                    return Some(Ruling::hold(code, sentence));
                }
                promoted.get_or_insert(Ruling::promote("no-worse", sentence));
            }
        }
    }
    promoted
}

/// "412 s is over the ceiling of 300 s".
fn breach(check: &Check, value: Option<f64>) -> String {
    let Some(value) = value else { return "a period without a value".to_owned() };
    let shown = worded(value, &check.unit);
    match (check.floor, check.ceiling) {
        (Some(floor), _) if value < floor => {
            format!("{shown} is under the floor of {}", worded(floor, &check.unit))
        }
        (_, Some(ceiling)) => {
            format!("{shown} is over the ceiling of {}", worded(ceiling, &check.unit))
        }
        _ => shown,
    }
}

/// "queue age: 12 s, at most 300 s".
fn within(check: &Check, newest: Option<f64>, situation: &Situation) -> String {
    let value = match newest {
        Some(value) => worded(value, &check.unit),
        None => "no value, which is taken as good".to_owned(),
    };
    let limits = [("at least", check.floor), ("at most", check.ceiling)];
    let limits = limits.iter().filter_map(|(word, limit)| {
        limit.map(|it| format!(", {word} {}", worded(it, &check.unit)))
    });
    let alone = match (&check.compare, &situation.baseline) {
        (None, _) => "",
        (Some(_), None) => "; a first release has no baseline to compare with",
        (Some(_), Some(_)) => "; the baseline serves no more",
    };
    format!("{}: {value}{}{alone}", check.name, limits.collect::<String>())
}

/// "load: 82 % against 41 %".
fn compared(check: &Check, kept: &Kept) -> String {
    let shown = |value: Option<f64>| match value {
        Some(value) => worded(value, &check.unit),
        None => "no value".to_owned(),
    };
    format!("{}: {} against {}", check.name, shown(kept.newest()), shown(kept.baseline))
}

/// The ruling of all checks: the gravest, and how many more are like it.
pub(crate) fn of_all(mut rulings: Vec<Ruling>) -> Ruling {
    let all = rulings.len();
    rulings.sort_by_key(|ruling| match ruling.decision {
        Decision::Rollback => 0,
        Decision::NoData => 1,
        Decision::Hold => 2,
        Decision::Promote => 3,
    });
    let Some(first) = rulings.first().cloned() else {
        return Ruling::hold("configuration", "there is no check".to_owned());
    };
    let alike = rulings.iter().filter(|ruling| ruling.decision == first.decision);
    let told = if first.decision == Decision::Promote { TOLD } else { 1 };
    let mut sentences: Vec<&str> = alike.clone().take(told).map(|it| &*it.sentence).collect();
    let more = match (alike.count().saturating_sub(told), first.decision) {
        (0, _) => String::new(),
        (more, Decision::Promote) => format!("{more} more checks pass"),
        (more, _) => format!("{more} more of {all} checks do not pass"),
    };
    sentences.extend((!more.is_empty()).then_some(&*more));
    Ruling { sentence: sentences.join("; "), ..first }
}
