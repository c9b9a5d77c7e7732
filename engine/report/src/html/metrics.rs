//! A backtest over recorded metrics as a page: a curve a gate, and the tables.

use serde::Serialize;

use super::scale::{LEFT, LENGTH, Panel, rounded};
use crate::backtest::{Cell, MetricsBacktest, by_treatment, told, treatment};
use crate::clock::date_time;
use crate::numbers::counted;

const RATES: Panel = Panel { top: 30.0, height: 220.0, max: 100.0 };
/// How far apart the whiskers of two gates stand.
const APART: f64 = 9.0;
/// Colours of gates.
const COLOURS: usize = 6;

/// All that the template prints.
#[derive(Serialize)]
pub(super) struct Page {
    title: String,
    subtitle: String,
    chart: Chart,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    by_recording: Vec<Vec<String>>,
    alarms: Vec<[String; 5]>,
}

#[derive(Serialize)]
struct Chart {
    left: f64,
    right: f64,
    bottom: f64,
    height: f64,
    grid: Vec<(f64, String)>,
    ticks: Vec<(f64, String)>,
    curves: Vec<Curve>,
}

#[derive(Serialize)]
struct Curve {
    name: String,
    name_x: f64,
    colour: usize,
    path: String,
    dots: Vec<Dot>,
}

#[derive(Serialize)]
struct Dot {
    x: f64,
    y: f64,
    low: f64,
    high: f64,
    title: String,
}

pub(super) fn page(backtest: &MetricsBacktest) -> Page {
    let MetricsBacktest { recordings, gates, seed, intervals, period_s, .. } = backtest;
    let treatments = by_treatment(backtest);
    let of = |gate: &str, recording: Option<&str>| {
        let cells = backtest.cells.iter().filter(move |cell| cell.gate == gate);
        cells.filter(move |cell| cell.recording.as_deref() == recording).map(told).collect()
    };
    let with = |names: &[&str], cells: Vec<String>| {
        names.iter().map(|name| (*name).to_owned()).chain(cells).collect::<Vec<_>>()
    };
    let pairs = gates.iter().flat_map(|gate| recordings.iter().map(move |it| (gate, it)));
    let by_recording =
        pairs.map(|(gate, recording)| with(&[gate, recording], of(gate, Some(recording))));
    Page {
        title: format!("Backtest of {}", gates.join(", ")),
        subtitle: format!(
            "{}, replays of {intervals} intervals of {period_s} s, seed {seed}. Cells: rolled back, \
             95 % interval, median interval of it.",
            counted(recordings.len() as u64, "recording")
        ),
        chart: chart(gates, &treatments),
        columns: treatments.iter().map(|(factor, _)| treatment(*factor)).collect(),
        rows: gates.iter().map(|gate| with(&[gate], of(gate, None))).collect(),
        by_recording: if recordings.len() > 1 { by_recording.collect() } else { Vec::new() },
        alarms: backtest.false_alarms.iter().map(alarm).collect(),
    }
}

fn alarm(it: &crate::FalseAlarm) -> [String; 5] {
    let (gate, recording) = (it.gate.clone(), it.recording.clone());
    [gate, recording, date_time(it.from), it.after.to_string(), it.sentence.clone()]
}

fn chart(gates: &[String], treatments: &[(Option<f64>, Vec<&Cell>)]) -> Chart {
    let step = LENGTH / treatments.len().max(1) as f64;
    let middle = |place: usize| rounded(LEFT + step * (place as f64 + 0.5));
    let grid = [0.0, 25.0, 50.0, 75.0, 100.0].map(|it| (RATES.y(it), format!("{it} %")));
    let ticks = treatments.iter().enumerate();
    Chart {
        left: LEFT,
        right: LEFT + LENGTH,
        bottom: RATES.bottom(),
        height: RATES.bottom() + 30.0,
        grid: grid.to_vec(),
        ticks: ticks.map(|(place, (factor, _))| (middle(place), treatment(*factor))).collect(),
        curves: gates
            .iter()
            .enumerate()
            .map(|(number, gate)| {
                let beside = APART * (number as f64 - (gates.len() - 1) as f64 / 2.0);
                let cells = treatments.iter().enumerate().filter_map(|(place, (_, cells))| {
                    let cell = cells.iter().find(|cell| cell.gate == *gate)?;
                    Some(dot(cell, rounded(middle(place) + beside)))
                });
                let dots: Vec<Dot> = cells.collect();
                let points = dots.iter().map(|dot| format!("{} {}", dot.x, dot.y));
                Curve {
                    name: gate.clone(),
                    name_x: rounded(LEFT + LENGTH / gates.len() as f64 * number as f64),
                    colour: number % COLOURS,
                    path: format!("M{}", points.collect::<Vec<_>>().join("L")),
                    dots,
                }
            })
            .collect(),
    }
}

fn dot(cell: &Cell, x: f64) -> Dot {
    let rate = &cell.rolled_back;
    let y = |share: f64| RATES.y(share * 100.0);
    let title = format!("{}, {}: {}", cell.gate, treatment(cell.factor), told(cell));
    Dot { x, y: y(rate.share), low: y(rate.low), high: y(rate.high), title }
}
