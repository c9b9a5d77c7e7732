//! What a deployment should come to, from rehearsals of it: when the evidence of each step is
//! there, how long all takes, what CloudWatch is asked and what that costs.

use std::collections::BTreeSet;

use rollout::{Decision, EpochS, EventRecord, Mode, Phase, Plan, What};
use serde::Serialize;

use crate::price::dollars;

/// What the rehearsals came to, together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// How many there were.
    pub rehearsals: u32,
    /// How many of them ended promoted.
    pub promoted: u32,
    /// Why the first of the others did not; absent where all were promoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
    /// Seconds from the start to the end; absent where none was promoted.
    pub took_s: Option<Span>,
    /// The steps, in rising weight.
    pub steps: Vec<StepForecast>,
    /// `GetMetricData` calls.
    pub metric_calls: Option<Span>,
    /// Metrics requested in them.
    pub metrics_requested: Option<Span>,
    /// What the median of these costs, in US dollars.
    pub dollars: f64,
}

/// A step as it was rehearsed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepForecast {
    /// Green's weight, 1 to 100.
    pub weight: u8,
    /// How many rehearsals came to it.
    pub reached: u32,
    /// How many of them went on from it.
    pub passed: u32,
    /// Seconds from the verified weight until every obeyed gate of the step said promote on
    /// evidence of that weight; of the rehearsals in which they did.
    pub evidence_s: Option<Span>,
    /// Seconds until the step went on, of the rehearsals in which it did.
    pub passed_s: Option<Span>,
    /// What the step waited for last where it did not go on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<String>,
}

/// A number over all rehearsals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The middle one.
    pub median: u64,
    /// The largest.
    pub most: u64,
}

impl Span {
    fn of(mut values: Vec<u64>) -> Option<Self> {
        values.sort_unstable();
        Some(Span { median: *values.get(values.len() / 2)?, most: *values.last()? })
    }
}

/// One step of one rehearsal.
#[derive(Debug, Default)]
struct Stay {
    weight: u8,
    evidence_s: Option<u32>,
    passed_s: Option<u32>,
    holds: Vec<String>,
}

/// What these rehearsals of a plan came to, each told whole.
#[must_use]
pub fn forecast(plan: &Plan, rehearsals: &[Vec<EventRecord>]) -> Forecast {
    let stays: Vec<Stay> = rehearsals.iter().flat_map(|events| stays(plan, events)).collect();
    let ends: Vec<_> = rehearsals.iter().filter_map(|events| ended(events)).collect();
    let promoted = ends.iter().filter(|end| end.exit_code == 0);
    let otherwise = ends.iter().find(|end| end.exit_code != 0);
    let calls = ends.iter().map(|end| end.billed.metric_calls);
    let metrics = Span::of(ends.iter().map(|end| end.billed.metrics_requested).collect());
    Forecast {
        rehearsals: count(rehearsals.len()),
        promoted: count(promoted.clone().count()),
        otherwise: otherwise.map(|end| format!("exit {}: {}", end.exit_code, end.why)),
        took_s: Span::of(promoted.map(|end| end.took_s.into()).collect()),
        steps: plan.steps.iter().map(|step| of_step(step.weight.percent(), &stays)).collect(),
        metric_calls: Span::of(calls.collect()),
        metrics_requested: metrics,
        dollars: metrics.map_or(0.0, |it| dollars(it.median)),
    }
}

fn of_step(weight: u8, stays: &[Stay]) -> StepForecast {
    let own = || stays.iter().filter(|stay| stay.weight == weight);
    let passed = || own().filter_map(|stay| stay.passed_s.map(u64::from));
    let stuck = own().find(|stay| stay.passed_s.is_none() && !stay.holds.is_empty());
    StepForecast {
        weight,
        reached: count(own().count()),
        passed: count(passed().count()),
        evidence_s: Span::of(own().filter_map(|it| it.evidence_s.map(u64::from)).collect()),
        passed_s: Span::of(passed().collect()),
        holds: stuck.map(|stay| stay.holds.clone()).unwrap_or_default(),
    }
}

/// The stays of one rehearsal, in order; preflight is none.
fn stays(plan: &Plan, events: &[EventRecord]) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    let mut waited: Option<(EpochS, BTreeSet<&str>)> = None;
    for EventRecord { at, what, .. } in events {
        if let What::StepBegan { phase: phase @ (Phase::Shift | Phase::Bake), weights, .. } = what {
            let missing = obeyed(plan, weights.green, *phase);
            let evidence_s = missing.is_empty().then_some(0);
            stays.push(Stay { weight: weights.green, evidence_s, ..Stay::default() });
            waited = Some((*at, missing));
            continue;
        }
        let (Some(stay), Some((began, missing))) = (stays.last_mut(), &mut waited) else {
            continue;
        };
        let since_s = at.since_s(*began);
        match what {
            What::Looked { gate, verdict, counts: true, .. }
                if verdict.decision == Decision::Promote =>
            {
                missing.remove(gate.as_str());
                if missing.is_empty() {
                    stay.evidence_s.get_or_insert(since_s);
                }
            }
            What::Holding { reasons } => stay.holds.clone_from(reasons),
            What::WeightsWritten(weights) if weights.green > stay.weight => {
                stay.passed_s = Some(since_s);
                waited = None;
            }
            What::Promoting => {
                stay.passed_s = Some(since_s);
                waited = None;
            }
            What::RollingBack { .. } | What::Ended(_) => waited = None,
            _ => {}
        }
    }
    stays
}

/// The gates whose promote a step needs.
fn obeyed(plan: &Plan, weight: u8, phase: Phase) -> BTreeSet<&str> {
    let step = plan.steps.iter().find(|step| step.weight.percent() == weight);
    let names = step.map(|step| step.gates.as_slice()).unwrap_or_default();
    let gates = names.iter().filter_map(|name| plan.gate(name));
    let asked = gates.filter(|gate| gate.mode == Mode::Enforce && gate.phases.contains(&phase));
    asked.map(|gate| gate.name.as_str()).collect()
}

fn ended(events: &[EventRecord]) -> Option<&rollout::Ended> {
    events.iter().rev().find_map(|event| match &event.what {
        What::Ended(ended) => Some(&**ended),
        _ => None,
    })
}

fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
