//! The table of a backtest over recorded metrics.

use super::{Cell, MetricsBacktest, treatment};
use crate::clock::date_time;
use crate::numbers::counted;
use crate::table::columns;
use crate::text::fit;

/// So many false alarms of a gate are told; machines get all.
const ALARMS: usize = 3;
/// Columns of a false alarm's reason.
const REASON: usize = 110;

/// For people: what is compared, a row a treatment, and the false alarms.
#[must_use]
pub fn metrics_text(backtest: &MetricsBacktest) -> String {
    let MetricsBacktest { recordings, gates, seed, intervals, period_s, .. } = backtest;
    let recordings = counted(recordings.len() as u64, "recording");
    let mut text = format!(
        "{recordings}, replays of {intervals} intervals of {period_s} s, seed {seed}\n\
         Rolled back, 95 % interval, and the median interval of it\n\n"
    );
    let mut rows = vec![row("CANARY", "REPLAYS", gates.iter().cloned())];
    for (factor, cells) in by_treatment(backtest) {
        let replays = cells.first().map(|cell| cell.rolled_back.replays).unwrap_or_default();
        let cells = cells.iter().map(|cell| told(cell));
        rows.push(row(&treatment(factor), &replays.to_string(), cells));
    }
    columns(&rows).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    text.push_str(&unsure(backtest));
    for gate in gates {
        let alarms: Vec<_> = backtest.false_alarms.iter().filter(|it| it.gate == *gate).collect();
        if alarms.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{gate}, false alarms:\n"));
        for alarm in alarms.iter().take(ALARMS) {
            let from = date_time(alarm.from);
            let why = fit(&alarm.sentence, REASON);
            text.push_str(&format!(
                "  {} from {from}, after {}: {why}\n",
                fit(&alarm.recording, 60),
                counted(alarm.after.into(), "interval")
            ));
        }
        if alarms.len() > ALARMS {
            let more = alarms.len() - ALARMS;
            text.push_str(&format!("  and {more} more: --output json tells all\n"));
        }
    }
    text
}

/// The cells over all recordings, by treatment, each in the order of the gates.
pub(crate) fn by_treatment(backtest: &MetricsBacktest) -> Vec<(Option<f64>, Vec<&Cell>)> {
    let mut rows: Vec<(Option<f64>, Vec<&Cell>)> = Vec::new();
    for cell in backtest.cells.iter().filter(|cell| cell.recording.is_none()) {
        match rows.iter_mut().find(|(factor, _)| *factor == cell.factor) {
            Some((_, cells)) => cells.push(cell),
            None => rows.push((cell.factor, vec![cell])),
        }
    }
    rows
}

fn row(first: &str, second: &str, rest: impl Iterator<Item = String>) -> Vec<String> {
    [first.to_owned(), second.to_owned()].into_iter().chain(rest).collect()
}

/// `12.3 % (10.2–14.6), 7`
pub(crate) fn told(cell: &Cell) -> String {
    let rate = &cell.rolled_back;
    let [share, low, high] = [rate.share, rate.low, rate.high].map(|it| it * 100.0);
    let after = match cell.after[1] {
        Some(after) => format!(", {after}"),
        None => String::new(),
    };
    format!("{share:.1} % ({low:.1}–{high:.1}){after}")
}

/// A gate that could not judge has not held its peace: said, so that nobody takes it for calm.
fn unsure(backtest: &MetricsBacktest) -> String {
    let all = backtest.cells.iter().filter(|cell| cell.recording.is_none());
    let told = all.filter(|cell| cell.no_data + cell.errors > 0).map(|cell| {
        format!(
            "{}, {}: {} without data, {} in an error\n",
            cell.gate,
            treatment(cell.factor),
            counted(cell.no_data, "replay"),
            cell.errors
        )
    });
    let told: String = told.collect();
    if told.is_empty() { told } else { format!("\nEnded undecided\n{told}") }
}
