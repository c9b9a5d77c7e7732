//! The rows of the gates: verdict, age, reason, numbers.

use ratatui::style::Style;
use rollout::{Decision, EpochS, FindingStatus, Mode};

use super::{MUST, Row, bold, dim, gap, spans, toned};
use crate::clock::stopwatch;
use crate::numbers::finding;
use crate::picture::{GateRow, LastLook, Picture, decision_word};
use crate::tell::{Tone, decision_tone};
use crate::text::{pad, width, wrap};

/// Columns of the longest verdict with its sign.
const VERDICT: usize = 10;

pub(super) fn rows(picture: &Picture, now: EpochS, columns: usize) -> Vec<Row> {
    let longest = picture.gates.iter().map(|row| width(&row.view.name)).max().unwrap_or(0);
    let names = longest.min(columns / 4 + 2);
    let mut rows: Vec<Row> = Vec::new();
    for (at, gate) in picture.gates.iter().enumerate() {
        if at == 0 {
            rows.push(gap());
        }
        rows.extend(gate_rows(gate, picture, now, names, columns));
    }
    rows
}

fn gate_rows(
    gate: &GateRow,
    picture: &Picture,
    now: EpochS,
    names: usize,
    columns: usize,
) -> Vec<Row> {
    let name = (format!("{} ", pad(&gate.view.name, names)), bold());
    let Some(look) = &gate.last else {
        let parts = [name, ("  not asked yet".to_owned(), dim())];
        return vec![Row { rank: 2, line: spans(parts, columns) }];
    };
    let decision = look.verdict.decision;
    let verdict = pad(&format!("{} {}", sign(decision), decision_word(decision)), VERDICT);
    let end = picture.ended.as_ref().map_or(now, |_| picture.latest);
    let parts = [
        name,
        (verdict, toned(decision_tone(decision))),
        (terms(gate, look, end, picture.ended.is_some()), dim()),
    ];
    let rank = if decision == Decision::Rollback { MUST } else { 2 };
    let mut rows = vec![Row { rank, line: spans(parts, columns) }];
    let room = columns.saturating_sub(2).max(2);
    let indented = |rank, text: String, style: Style| Row {
        rank,
        line: spans([("  ".to_owned(), style), (text, style)], columns),
    };
    for (at, text) in wrap(&look.verdict.sentence, room, 2).into_iter().enumerate() {
        rows.push(indented(if at == 0 { 3 } else { 5 }, text, Style::new()));
    }
    let numbers: Vec<String> = look.verdict.findings.iter().map(finding).collect();
    if !numbers.is_empty() {
        let bad = look.verdict.findings.iter().any(|it| it.status == FindingStatus::Bad);
        let style = if bad { toned(Tone::Bad) } else { dim() };
        let lines = wrap(&numbers.join(" · "), room, 2);
        rows.extend(lines.into_iter().map(|text| indented(5, text, style)));
    }
    rows
}

/// ` 0:12 ago, look 14, counts`.
fn terms(gate: &GateRow, look: &LastLook, now: EpochS, ended: bool) -> String {
    let age_s = now.since_s(look.at);
    let stale = !ended && gate.view.every_s > 0 && age_s > gate.view.every_s.saturating_mul(2);
    let mut terms = format!(" {} ago, look {}", stopwatch(age_s), gate.looks);
    match (gate.view.mode, look.verdict.decision, look.counts) {
        (Mode::Observe, ..) => terms.push_str(", observed, not obeyed"),
        (_, Decision::Promote, true) => terms.push_str(", counts"),
        (_, Decision::Promote, false) => terms.push_str(", does not count yet"),
        _ => {}
    }
    if stale {
        terms.push_str(", old");
    }
    terms
}

/// A sign for those who see no colours.
fn sign(decision: Decision) -> char {
    match decision {
        Decision::Promote => '✓',
        Decision::Hold => '…',
        Decision::Rollback => '✗',
        Decision::NoData => '?',
        Decision::Error => '!',
    }
}
