//! What came of a backtest over recorded metrics: how often each gate rolled back, and how soon.

mod history;
mod rate;
mod text;

use rollout::EpochS;
use schemars::JsonSchema;
use serde::Serialize;

pub use history::{Agreement, HistoryBacktest, PastRun, Would, history_ndjson, history_text};
pub(crate) use history::{agreement, agreements, decided, reason, said};
pub use rate::Rate;
pub use text::metrics_text;
pub(crate) use text::{by_treatment, told};

/// Gates over recorded metrics, side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsBacktest {
    /// The recordings, by their names.
    pub recordings: Vec<String>,
    /// The gates, in the order of the tables.
    pub gates: Vec<String>,
    /// What the draws were made from.
    pub seed: u64,
    /// Intervals of a replay.
    pub intervals: u32,
    /// Length of one, in seconds of the virtual deployment.
    pub period_s: u32,
    /// What came of each gate, treatment and recording.
    pub cells: Vec<Cell>,
    /// The roll backs of replays whose sides were alike.
    pub false_alarms: Vec<FalseAlarm>,
}

/// A gate over the replays of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Cell {
    /// The gate.
    pub gate: String,
    /// Of which recording; absent for all of them together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
    /// By what the canary's values were multiplied: 1 where both sides were alike; absent where the
    /// canary is the recorded one.
    pub factor: Option<f64>,
    /// How many replays ended in a roll back.
    #[serde(flatten)]
    pub rolled_back: Rate,
    /// How many ended with each other answer.
    pub promoted: u64,
    /// See `promoted`.
    pub held: u64,
    /// See `promoted`.
    pub no_data: u64,
    /// See `promoted`.
    pub errors: u64,
    /// Intervals until the roll back: quartiles of those there were.
    pub after: [Option<u32>; 3],
}

/// A roll back though both sides were alike.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FalseAlarm {
    /// The gate.
    pub gate: String,
    /// In which recording.
    pub recording: String,
    /// The instant of the replay's first sample, in seconds since the epoch.
    pub from: EpochS,
    /// Intervals until then.
    pub after: u32,
    /// Why, in the gate's words.
    pub sentence: String,
}

/// A line of `backtest --output json`: of `--metrics` a `cell` or a `false-alarm`, of `--history` a
/// `deployment` or an `agreement`.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "backtest", rename_all = "kebab-case")]
pub(crate) enum Line<'a> {
    /// A gate over the replays of one kind.
    Cell(&'a Cell),
    /// A roll back though both sides were alike.
    FalseAlarm(&'a FalseAlarm),
    /// A past deployment, and what each gate would have said of it.
    Deployment(&'a PastRun),
    /// A gate against what was decided.
    Agreement(&'a Agreement),
}

/// For machines: a line a cell, and a line a false alarm.
///
/// # Errors
/// When a value cannot be written as JSON.
pub fn metrics_ndjson(backtest: &MetricsBacktest) -> serde_json::Result<String> {
    let alarms = backtest.false_alarms.iter().map(Line::FalseAlarm);
    let lines = backtest.cells.iter().map(Line::Cell).chain(alarms);
    lines.map(|line| Ok(serde_json::to_string(&line)? + "\n")).collect()
}

/// How a treatment is called: `A/A`, `×1.5`, `recorded`.
pub(crate) fn treatment(factor: Option<f64>) -> String {
    match factor {
        None => "recorded".to_owned(),
        Some(1.0) => "A/A".to_owned(),
        Some(factor) => format!("×{factor}"),
    }
}
