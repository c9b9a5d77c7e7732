//! Tables of runs: `status` for those under way, `history` for all.

use rollout::EpochS;

use crate::clock::{date_time, took};
use crate::picture::Picture;
use crate::tell::{outcome_word, split};
use crate::text::{pad, width};

/// Columns that no cell exceeds, so that one long name does not push the rest off the screen.
const WIDEST_CELL: usize = 40;

/// The runs under way or waiting for a driver, a line each; `driven` says whether one is at work.
#[must_use]
pub fn status(runs: &[(Picture, bool)], now: EpochS) -> String {
    let head = ["ID", "SERVICE", "STAGE", "WEIGHTS", "STEP", "RUNNING", "DRIVER"];
    let rows = runs.iter().map(|(run, driven)| {
        let step = run
            .step
            .map_or_else(|| "-".to_owned(), |step| format!("{} of {}", step + 1, run.ladder.len()));
        [
            run.deployment.clone(),
            run.title(),
            run.stage.word().to_owned(),
            run.weights.map_or_else(|| "-".to_owned(), split),
            step,
            took(now.since_s(run.began)),
            if *driven { "at work" } else { "none: resume or abort" }.to_owned(),
        ]
    });
    table(head, rows)
}

/// Runs of the past, in the order given, a line each.
#[must_use]
pub fn history(runs: &[Picture]) -> String {
    let head = ["ID", "SERVICE", "VERSION", "BEGAN (UTC)", "TOOK", "OUTCOME", "EXIT"];
    let rows = runs.iter().map(|run| {
        let started = run.started.as_ref();
        let (lasted, outcome, exit) = match &run.ended {
            Some(end) => (took(end.took_s), outcome_word(end.outcome), end.exit_code.to_string()),
            None => (took(run.latest.since_s(run.began)), "unfinished", "-".to_owned()),
        };
        [
            run.deployment.clone(),
            started.map(|it| it.service.clone()).unwrap_or_default(),
            started.map(|it| it.version.clone()).unwrap_or_default(),
            date_time(run.began),
            lasted,
            outcome.to_owned(),
            exit,
        ]
    });
    table(head, rows)
}

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let widths: Vec<usize> = (0..N)
        .map(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0))
        .map(|widest| widest.min(WIDEST_CELL))
        .collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, columns)| pad(cell, *columns));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
