//! A backtest over past deployments as a page: a lane a gate under the instant of the decision.

use rollout::{Decision, EpochS};
use serde::Serialize;

use super::lanes::{Lane, look_of};
use super::scale::{LEFT, TimeScale, rounded};
use crate::backtest::{
    HistoryBacktest, PastRun, Would, agreement, agreements, decided, reason, said,
};
use crate::clock::time_of_day;
use crate::picture::decision_word;
use crate::text::fit;

/// Where the first lane begins.
const TOP: f64 = 24.0;

/// All that the template prints.
#[derive(Serialize)]
pub(super) struct Page {
    title: String,
    agreements: Vec<String>,
    runs: Vec<Run>,
}

#[derive(Serialize)]
struct Run {
    name: String,
    decided: String,
    decided_x: Option<f64>,
    height: f64,
    bottom: f64,
    ticks: Vec<(f64, String)>,
    lanes: Vec<GateLane>,
    rows: Vec<[String; 3]>,
}

#[derive(Serialize)]
struct GateLane {
    label: String,
    y: f64,
    bars: Vec<Bar>,
}

#[derive(Serialize)]
struct Bar {
    x: f64,
    width: f64,
    kind: &'static str,
    sign: &'static str,
    title: String,
}

pub(super) fn page(backtest: &HistoryBacktest) -> Page {
    let agreed = agreements(backtest);
    Page {
        title: format!("Backtest of {}", backtest.gates.join(", ")),
        agreements: agreed.iter().map(|it| format!("{}: {}", it.gate, agreement(it))).collect(),
        runs: backtest.runs.iter().map(run).collect(),
    }
}

fn run(run: &PastRun) -> Run {
    let ends = run.would.iter().map(|would| would.at).chain(run.decided_at);
    let end = ends.max().unwrap_or(run.began);
    let time = TimeScale::new(run.began, end);
    let bottom = TOP + Lane::HEIGHT * run.would.len() as f64;
    let lane = |(number, would): (usize, &Would)| GateLane {
        label: fit(&would.gate, 14),
        y: TOP + Lane::HEIGHT * number as f64,
        bars: bars(would, &time),
    };
    Run {
        name: format!("{} {} ({})", run.service, run.version, run.deployment),
        decided: format!("{}. {}", decided(run), run.why),
        decided_x: run.decided_at.map(|at| time.x(at)),
        height: bottom + 30.0,
        bottom,
        ticks: time.ticks(),
        lanes: run.would.iter().enumerate().map(lane).collect(),
        rows: run.would.iter().map(|it| [it.gate.clone(), said(run, it), reason(it)]).collect(),
    }
}

fn bars(would: &Would, time: &TimeScale) -> Vec<Bar> {
    let next = would.course.iter().skip(1).map(|(at, _)| *at).chain([would.at]);
    would.course.iter().zip(next).map(|(it, until)| bar(&would.gate, *it, until, time)).collect()
}

fn bar(gate: &str, (from, decision): (EpochS, Decision), until: EpochS, time: &TimeScale) -> Bar {
    let (kind, sign) = look_of(decision);
    let x = time.x(from).max(LEFT);
    let title = format!(
        "{gate}: {} from {} to {}",
        decision_word(decision),
        time_of_day(from),
        time_of_day(until)
    );
    // A last word is seen though it lasts no time.
    Bar { x, width: rounded((time.x(until) - x).max(14.0)), kind, sign, title }
}
