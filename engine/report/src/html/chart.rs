//! The drawing: weights over time, the share of bad responses, and what the gates said.

use rollout::{Counts, EpochS, EventRecord, Side, Weights, What};
use serde::Serialize;

use super::health::{Stairs, most, stairs};
use super::lanes::{Lane, lanes};
use super::scale::{LEFT, LENGTH, Panel, TimeScale, round_up};
use crate::Picture;
use crate::clock::{time_of_day, took};
use crate::numbers::{bad_percent, canary_percent, quantity};

const PERIOD_S: u32 = rollout::METRIC_PERIOD_S;
const WEIGHTS: Panel = Panel { top: 24.0, height: 150.0, max: 100.0 };
const BAD_TOP: f64 = 214.0;
const BAD_HEIGHT: f64 = 100.0;
const TARGETS_TOP: f64 = 350.0;
const TARGETS_HEIGHT: f64 = 50.0;
const LANES_TOP: f64 = 424.0;
/// About as wide as a label, in the drawing's units.
const LABEL: f64 = 60.0;

/// All that the template needs to draw, in the drawing's units.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    left: f64,
    right: f64,
    height: f64,
    bottom: f64,
    ticks: Vec<(f64, String)>,
    weights_bottom: f64,
    weight_grid: Vec<(f64, String)>,
    bad_bottom: f64,
    bad_grid: Vec<(f64, String)>,
    targets_bottom: f64,
    targets_grid: Vec<(f64, String)>,
    green_targets: Stairs,
    blue_targets: Stairs,
    in_effect: String,
    area: String,
    written: String,
    seen: Vec<Dot>,
    canary_bad: Series,
    baseline_bad: Series,
    lanes: Vec<Lane>,
    turns: Vec<Turn>,
}

/// A value of one period.
#[derive(Debug, Serialize)]
struct Dot {
    x: f64,
    y: f64,
    title: String,
}

/// A line with gaps where nothing was served, and its values.
#[derive(Debug, Default, Serialize)]
struct Series {
    path: String,
    dots: Vec<Dot>,
}

/// An instant at which the run took another course.
#[derive(Debug, Serialize)]
struct Turn {
    x: f64,
    kind: &'static str,
    label: String,
    title: String,
}

/// Draws a run.
pub(super) fn chart(events: &[EventRecord], picture: &Picture) -> Chart {
    let time = TimeScale::new(picture.began, picture.latest);
    let periods = periods(events);
    let shares = periods.iter().flat_map(|(_, canary, baseline)| {
        [bad_percent(*canary), bad_percent(*baseline)].into_iter().flatten()
    });
    let bad_max = round_up(shares.fold(0.0, f64::max));
    let bad = Panel { top: BAD_TOP, height: BAD_HEIGHT, max: bad_max };
    let most = most(events);
    let targets = Panel { top: TARGETS_TOP, height: TARGETS_HEIGHT, max: f64::from(most) };
    let end = time.x(picture.latest);
    let lanes = lanes(events, picture, &time, LANES_TOP, |weight| WEIGHTS.y(weight));
    let bottom = LANES_TOP + Lane::HEIGHT * lanes.len() as f64;
    let in_effect = weight_path(events, picture, &time, |what| match what {
        What::WeightsVerified(weights) => Some(*weights),
        _ => None,
    });
    let floor = WEIGHTS.bottom();
    let area = format!("{in_effect}V{floor}H{}Z", time.x(picture.began));
    let written = weight_path(events, picture, &time, |what| match what {
        What::WeightsWritten(weights) => Some(*weights),
        _ => None,
    });
    Chart {
        left: LEFT,
        right: LEFT + LENGTH,
        height: bottom + 30.0,
        bottom,
        ticks: time.ticks(),
        weights_bottom: floor,
        weight_grid: grid(&WEIGHTS),
        bad_bottom: bad.bottom(),
        bad_grid: grid(&bad),
        targets_bottom: targets.bottom(),
        targets_grid: [0, most]
            .map(|count| (targets.y(f64::from(count)), count.to_string()))
            .to_vec(),
        green_targets: stairs(events, Side::Green, &time, &targets, end),
        blue_targets: stairs(events, Side::Blue, &time, &targets, end),
        in_effect,
        area,
        written,
        seen: periods.iter().filter_map(|period| seen(period, &time)).collect(),
        canary_bad: series("canary", &time, &bad, periods.iter().map(|it| (it.0, it.1))),
        baseline_bad: series("baseline", &time, &bad, periods.iter().map(|it| (it.0, it.2))),
        lanes,
        turns: labelled(events.iter().filter_map(|event| turn(event, &time)).collect()),
    }
}

type Period = (EpochS, Counts, Counts);

/// The traffic in rising time.
fn periods(events: &[EventRecord]) -> Vec<Period> {
    let mut periods: Vec<Period> = events.iter().filter_map(|event| period(&event.what)).collect();
    periods.sort_by_key(|(begin, ..)| *begin);
    periods
}

fn period(what: &What) -> Option<Period> {
    match what {
        What::Traffic { period_begin, canary, baseline } => {
            Some((*period_begin, *canary, *baseline))
        }
        _ => None,
    }
}

/// Grid lines at nothing, the half and the whole of an axis in percent.
fn grid(panel: &Panel) -> Vec<(f64, String)> {
    let values = [0.0, panel.max / 2.0, panel.max];
    values.into_iter().map(|value| (panel.y(value), quantity(Some(value), "%"))).collect()
}

/// Green's weight as stairs.
fn weight_path(
    events: &[EventRecord],
    picture: &Picture,
    time: &TimeScale,
    weights_of: impl Fn(&What) -> Option<Weights>,
) -> String {
    let first = picture.started.as_ref().map_or(0, |started| started.weights.green);
    let y = |green: u8| WEIGHTS.y(f64::from(green));
    let mut path = format!("M{} {}", time.x(picture.began), y(first));
    for event in events {
        if let Some(weights) = weights_of(&event.what) {
            path.push_str(&format!("H{}V{}", time.x(event.at), y(weights.green)));
        }
    }
    path.push_str(&format!("H{}", time.x(picture.latest)));
    path
}

fn seen((begin, canary, baseline): &Period, time: &TimeScale) -> Option<Dot> {
    let share = canary_percent(*canary, *baseline)?;
    let requests = canary.requests.saturating_add(baseline.requests);
    let title = format!(
        "{}: the canary got {} of {requests} requests",
        span(*begin),
        quantity(Some(share), "%")
    );
    Some(Dot { x: middle(*begin, time), y: WEIGHTS.y(share), title })
}

fn series(
    side: &str,
    time: &TimeScale,
    panel: &Panel,
    periods: impl Iterator<Item = (EpochS, Counts)>,
) -> Series {
    let mut series = Series::default();
    let mut former: Option<EpochS> = None;
    for (begin, counts) in periods {
        let Some(percent) = bad_percent(counts) else { continue };
        let joined = former.is_some_and(|former| begin.since_s(former) <= PERIOD_S);
        let (x, y) = (middle(begin, time), panel.y(percent));
        series.path.push_str(&format!("{}{x} {y}", if joined { "L" } else { "M" }));
        let title = format!(
            "{}: {side} {}, {} of {} bad",
            span(begin),
            quantity(Some(percent), "%"),
            counts.bad,
            counts.requests
        );
        series.dots.push(Dot { x, y, title });
        former = Some(begin);
    }
    series
}

fn middle(begin: EpochS, time: &TimeScale) -> f64 {
    time.x(begin.plus_s(PERIOD_S / 2))
}

fn span(begin: EpochS) -> String {
    format!("{} to {}", time_of_day(begin), time_of_day(begin.plus_s(PERIOD_S)))
}

fn turn(event: &EventRecord, time: &TimeScale) -> Option<Turn> {
    let (kind, label, text) = match &event.what {
        What::RollingBack { why, .. } => ("bad", "back".to_owned(), why.clone()),
        What::Promoting => ("good", "promoted".to_owned(), "the old release is retired".to_owned()),
        What::Word { word, by } => ("word", word.clone(), format!("{by} says {word}")),
        What::Drift { drifts } if !drifts.is_empty() => {
            let told = drifts.iter().map(|it| format!("{}: {}", it.name, it.found));
            ("warning", "drift".to_owned(), told.collect::<Vec<_>>().join("; "))
        }
        What::Ended(ended) => {
            ("word", "end".to_owned(), format!("{}, after {}", ended.why, took(ended.took_s)))
        }
        _ => return None,
    };
    let title = format!("{}  {text}", time_of_day(event.at));
    Some(Turn { x: time.x(event.at), kind, label, title })
}

/// Turns so close that their labels would cover each other share the first one's.
fn labelled(mut turns: Vec<Turn>) -> Vec<Turn> {
    let mut shown = 0;
    for at in 1..turns.len() {
        let (before, rest) = turns.split_at_mut(at);
        let (Some(first), Some(turn)) = (before.get_mut(shown), rest.first_mut()) else { continue };
        if turn.x - first.x < LABEL {
            first.label = format!("{}, {}", first.label, std::mem::take(&mut turn.label));
        } else {
            shown = at;
        }
    }
    turns
}
