//! The table of runs that `history` prints.

use crate::clock::{minute_of_day, span};
use crate::picture::Picture;
use crate::tell::outcome_word;
use crate::text::{fit, pad, width};

/// Columns that no cell exceeds, so that one long name does not push the rest off the screen.
const WIDEST_CELL: usize = 40;
/// Columns of a table that nobody's terminal bounds.
const COLUMNS: u16 = 80;

/// Runs in the order given: a line each, and why where it was not promoted.
#[must_use]
pub fn history(runs: &[Picture], columns: Option<u16>) -> String {
    let columns = usize::from(columns.unwrap_or(COLUMNS));
    let head = ["ID", "SERVICE", "VERSION", "BEGAN (UTC)", "TOOK", "OUTCOME"];
    let mut text = String::new();
    let rows = runs.iter().map(cells);
    for (at, line) in table(head, rows).iter().enumerate() {
        text.push_str(&format!("{line}\n"));
        let run = at.checked_sub(1).and_then(|at| runs.get(at));
        if let Some(why) = run.and_then(why) {
            text.push_str(&format!("  {}\n", fit(&why, columns.saturating_sub(2).max(20))));
        }
    }
    text
}

fn cells(run: &Picture) -> [String; 6] {
    let started = run.started.as_ref();
    let (lasted_s, outcome) = match &run.ended {
        Some(end) => (end.took_s, format!("{} ({})", outcome_word(end.outcome), end.exit_code)),
        None => (run.latest.since_s(run.began), "unfinished".to_owned()),
    };
    [
        run.deployment.clone(),
        started.map(|it| it.service.clone()).unwrap_or_default(),
        started.map(|it| it.version.clone()).unwrap_or_default(),
        minute_of_day(run.began),
        span(lasted_s),
        outcome,
    ]
}

/// Why a run is not simply a success.
fn why(run: &Picture) -> Option<String> {
    match &run.ended {
        Some(end) if end.exit_code == 0 => None,
        Some(end) => Some(end.why.clone()),
        None => Some(format!("{} when last heard of", run.stage.word())),
    }
}

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Vec<String> {
    let head = head.map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows.map(Vec::from)).collect();
    columns(&rows)
}

/// Rows of as many cells each, in columns.
pub(crate) fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let count = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..count)
        .map(|column| rows.iter().map(|row| row.get(column).map_or(0, |it| width(it))).max())
        .map(|widest| widest.unwrap_or(0).min(WIDEST_CELL))
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, columns)| pad(cell, *columns));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
