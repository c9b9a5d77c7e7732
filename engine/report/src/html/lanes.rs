//! What each gate said over time: a lane a gate, a bar for as long as it said the same.

use std::collections::BTreeMap;

use rollout::{Decision, EpochS, EventRecord, Mode, Verdict, What};
use serde::Serialize;

use super::scale::TimeScale;
use crate::Picture;
use crate::clock::time_of_day;
use crate::picture::decision_word;
use crate::text::fit;

/// A gate's lane.
#[derive(Debug, Serialize)]
pub(super) struct Lane {
    name: String,
    label: String,
    observed: bool,
    y: f64,
    bars: Vec<Bar>,
}

impl Lane {
    /// How high a lane is, its gap included.
    pub(super) const HEIGHT: f64 = 26.0;
}

/// A gate said the same from the first look to the next of another kind.
#[derive(Debug, Serialize)]
struct Bar {
    x: f64,
    width: f64,
    weight_y: f64,
    kind: &'static str,
    sign: &'static str,
    title: String,
}

/// Looks in a row, at one weight, with one decision.
#[derive(Debug)]
struct Row<'a> {
    from: EpochS,
    last: EpochS,
    until: Option<EpochS>,
    looks: u32,
    green: u8,
    verdict: &'a Verdict,
}

/// The lanes of all gates, the first at `top`.
pub(super) fn lanes(
    events: &[EventRecord],
    picture: &Picture,
    time: &TimeScale,
    top: f64,
    weight_y: impl Fn(f64) -> f64,
) -> Vec<Lane> {
    let mut rows = rows(events);
    let lane = |(at, gate): (usize, &crate::GateRow)| {
        let said = rows.remove(gate.view.name.as_str()).unwrap_or_default();
        Lane {
            name: gate.view.name.clone(),
            label: fit(&gate.view.name, 14),
            observed: gate.view.mode == Mode::Observe,
            y: top + Lane::HEIGHT * at as f64,
            bars: said.iter().map(|row| bar(row, gate.view.every_s, time, &weight_y)).collect(),
        }
    };
    picture.gates.iter().enumerate().map(lane).collect()
}

fn rows(events: &[EventRecord]) -> BTreeMap<&str, Vec<Row<'_>>> {
    let mut rows: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for event in events {
        match &event.what {
            What::Looked { gate, verdict, weights, .. } => {
                extend(rows.entry(gate).or_default(), event.at, verdict, weights.green);
            }
            // A bar ends where the step it was said in does.
            What::WeightsWritten(_)
            | What::RollingBack { .. }
            | What::Promoting
            | What::Ended(_) => {
                let last = rows.values_mut().filter_map(|rows| rows.last_mut());
                last.for_each(|row| row.until = row.until.or(Some(event.at)));
            }
            _ => {}
        }
    }
    rows
}

fn extend<'a>(rows: &mut Vec<Row<'a>>, at: EpochS, verdict: &'a Verdict, green: u8) {
    if let Some(row) = rows.last_mut().filter(|row| row.until.is_none()) {
        if row.verdict.decision == verdict.decision && row.green == green {
            row.looks += 1;
            row.last = at;
            row.verdict = verdict;
            return;
        }
        row.until = Some(at);
    }
    rows.push(Row { from: at, last: at, until: None, looks: 1, green, verdict });
}

fn bar(row: &Row<'_>, every_s: u32, time: &TimeScale, weight_y: &impl Fn(f64) -> f64) -> Bar {
    let Row { from, last, looks, green, verdict, .. } = row;
    let until = row.until.unwrap_or(last.plus_s(every_s));
    let x = time.x(*from);
    let looks = if *looks == 1 { "one look".to_owned() } else { format!("{looks} looks") };
    let (kind, sign) = look_of(verdict.decision);
    let title = format!(
        "{} to {}, weight {green}, {looks}: {}: {}",
        time_of_day(*from),
        time_of_day(*last),
        decision_word(verdict.decision),
        verdict.sentence
    );
    let width = super::scale::rounded((time.x(until) - x).max(3.0));
    Bar { x, width, weight_y: weight_y(f64::from(*green)), kind, sign, title }
}

/// How a decision is shown: the class of its colour, and a sign for those who see no colours.
pub(super) fn look_of(decision: Decision) -> (&'static str, &'static str) {
    match decision {
        Decision::Promote => ("good", "✓"),
        Decision::Hold => ("warning", "…"),
        Decision::Rollback => ("bad", "✕"),
        Decision::NoData => ("none", "?"),
        Decision::Error => ("error", "!"),
    }
}

#[cfg(test)]
mod tests {
    use rollout::Weights;

    use super::*;

    fn event(at: u32, what: What) -> EventRecord {
        EventRecord { seq: 0, at: EpochS(at), deployment: "d".to_owned(), what }
    }

    fn looked(at: u32, decision: Decision) -> EventRecord {
        let weights = Weights { blue: 0, green: 100 };
        let verdict = Verdict::plain(decision, "code", "sentence");
        let (gate, mode) = ("errors".to_owned(), Mode::Enforce);
        event(at, What::Looked { gate, mode, verdict, counts: true, weights })
    }

    #[test]
    fn looks_that_say_the_same_are_one_bar_that_ends_with_its_step() {
        let events = [
            looked(0, Decision::Hold),
            looked(15, Decision::Hold),
            looked(30, Decision::Promote),
            event(40, What::Promoting),
            event(90, What::Scaled { tasks: 2 }),
        ];
        let told = rows(&events);
        let bars = told["errors"].iter().map(|row| (row.from.0, row.until, row.looks));
        let expected = [(0, Some(EpochS(30)), 2), (30, Some(EpochS(40)), 1)];
        assert_eq!(bars.collect::<Vec<_>>(), expected);
    }
}
