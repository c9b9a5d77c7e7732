//! The upper part of the live view: what runs where, the steps, the weights, the wait.

use ratatui::style::{Color, Style};
use rollout::{EpochS, Phase};

use super::{MUST, Row, bar, bold, dim, gap, spans, toned};
use crate::clock::{stopwatch, time_of_day};
use crate::picture::{Picture, Stage, Wait};
use crate::tell::{Tone, drift_text, outcome_tone, outcome_word};
use crate::text::{fit, pad, width};

/// Columns of the names at the left edge.
pub(super) const NAMES: usize = 8;

pub(super) fn rows(picture: &Picture, now: EpochS, columns: usize) -> Vec<Row> {
    let mut rows = vec![title(picture, now, columns), place(picture, columns), gap()];
    rows.extend(ending(picture, columns));
    rows.extend(ladder(picture, columns));
    rows.extend(weights(picture, columns));
    rows.extend(picture.wait.map(|wait| waiting(picture, wait, now, columns)));
    rows.extend(troubles(picture, columns));
    rows
}

/// `shop 1.5.0 over 1.4.1            holding  0:12:41`.
fn title(picture: &Picture, now: EpochS, columns: usize) -> Row {
    let (word, tone) = match (&picture.ended, picture.stage) {
        (Some(ended), _) => (outcome_word(ended.outcome), outcome_tone(ended.outcome)),
        (None, stage @ (Stage::Holding | Stage::RollingBack)) => (stage.word(), Tone::Warn),
        (None, stage) => (stage.word(), Tone::Plain),
    };
    let end = picture.ended.as_ref().map_or(now, |_| picture.latest);
    let clock = stopwatch(end.since_s(picture.began));
    let right = format!("{word}  {clock}");
    let room = columns.saturating_sub(width(&right) + 1);
    let left = pad(&picture.title(), room);
    let style = toned(tone).patch(bold());
    let parts =
        [(format!("{left} "), bold()), (word.to_owned(), style), (format!("  {clock}"), dim())];
    Row { rank: MUST, line: spans(parts, columns) }
}

fn place(picture: &Picture, columns: usize) -> Row {
    let mut text = picture.deployment.clone();
    if let Some(started) = &picture.started {
        let over = started.baseline_version.as_ref().map(|old| format!(" · over {old}"));
        let (environment, region) = (&started.environment, &started.region);
        text = format!("{environment} · {region}{} · {text}", over.unwrap_or_default());
    }
    Row { rank: 6, line: spans([(text, dim())], columns) }
}

fn ending(picture: &Picture, columns: usize) -> Vec<Row> {
    let (why, tone) = match (&picture.ended, &picture.rolling_back) {
        (Some(ended), _) => {
            (format!("exit {}: {}", ended.exit_code, ended.why), outcome_tone(ended.outcome))
        }
        (None, Some((why, _))) => (why.clone(), Tone::Bad),
        (None, None) => return Vec::new(),
    };
    let lines = crate::text::wrap(&why, columns.saturating_sub(NAMES).max(2), 3);
    let named = |(at, text): (usize, String)| {
        let name = if at == 0 { "why" } else { "" };
        let rank = if at == 0 { MUST } else { 4 };
        Row { rank, line: spans([(pad(name, NAMES), bold()), (text, toned(tone))], columns) }
    };
    lines.into_iter().enumerate().map(named).collect()
}

/// `steps   ✓ 10  ● 25  ○ 50  ○ 100`; of many steps those around the present one.
fn ladder(picture: &Picture, columns: usize) -> Option<Row> {
    let done = picture.ended.as_ref().is_some_and(|ended| ended.exit_code == 0);
    let rung = |(at, rung): (usize, &crate::Rung)| {
        let (sign, style) = match (rung.began, picture.step) {
            (Some(_), Some(step)) if at < step || done => ("✓", toned(Tone::Good)),
            (Some(_), Some(_)) if picture.rolling_back.is_some() => ("✗", toned(Tone::Bad)),
            (Some(_), _) => ("●", bold()),
            (None, _) => ("○", dim()),
        };
        (format!("{sign} {}  ", rung.view.weight), style)
    };
    let mut tokens: Vec<(String, Style)> = picture.ladder.iter().enumerate().map(rung).collect();
    let room = columns.saturating_sub(NAMES);
    let mut passed = picture.step.unwrap_or(0);
    while passed > 1 && tokens.iter().map(|(text, _)| width(text)).sum::<usize>() > room {
        tokens.remove(0);
        passed -= 1;
    }
    let parts = std::iter::once((pad("steps", NAMES), bold())).chain(tokens);
    (!picture.ladder.is_empty()).then(|| Row { rank: 1, line: spans(parts, columns) })
}

/// `weights ████░░░░░░ green 25 / blue 75, verified; green was seen to get 24.6 %`.
fn weights(picture: &Picture, columns: usize) -> Option<Row> {
    let weights = picture.weights?;
    let (full, empty) = bar(f64::from(weights.green) / 100.0, columns / 5);
    let state = if picture.verified { "verified" } else { "not yet in effect" };
    let seen = picture.observed_share().map(|share| format!("; seen {:.1} %", share * 100.0));
    let text = format!(
        " green {} / blue {}, {state}{}",
        weights.green,
        weights.blue,
        seen.unwrap_or_default()
    );
    let parts = [
        (pad("weights", NAMES), bold()),
        (full, Style::new().fg(Color::Green)),
        (empty, Style::new().fg(Color::Blue)),
        (text, Style::new()),
    ];
    Some(Row { rank: 1, line: spans(parts, columns) })
}

/// The bar runs to the end of the wait, and once that is over to the end of the hold.
fn waiting(picture: &Picture, wait: Wait, now: EpochS, columns: usize) -> Row {
    let held = now >= wait.until && picture.stage == Stage::Holding;
    let (name, from, until) = match (held, wait.phase) {
        (true, _) => ("hold", wait.until, wait.max_until),
        (false, Phase::Bake) => ("bake", wait.from, wait.until),
        (false, _) => ("wait", wait.from, wait.until),
    };
    let (passed, whole) = (now.since_s(from), until.since_s(from));
    let (full, empty) = bar(crate::numbers::share(passed.into(), whole.max(1).into()), columns / 5);
    let end = if held { "ends at" } else { "asks to go on at" };
    let text = format!(
        " {} of {}, {end} {}",
        stopwatch(passed.min(whole)),
        stopwatch(whole),
        time_of_day(until)
    );
    let style = toned(if held { Tone::Warn } else { Tone::Plain });
    let parts = [(pad(name, NAMES), bold()), (full, style), (empty, dim()), (text, style)];
    Row { rank: 1, line: spans(parts, columns) }
}

/// What keeps the step from going on, and what somebody else changed.
fn troubles(picture: &Picture, columns: usize) -> Vec<Row> {
    // What a gate said stands in its own row.
    let own = |reason: &&String| {
        let mut names = picture.gates.iter().map(|row| &row.view.name);
        !names.any(|name| reason.strip_prefix(name.as_str()).is_some_and(|it| it.starts_with(": ")))
    };
    let drifts = picture.drifts.iter().map(drift_text);
    let holds = picture.holds.iter().filter(own).filter(|_| picture.drifts.is_empty()).cloned();
    let room = columns.saturating_sub(NAMES);
    let row = |text: String| {
        let parts = [(pad("", NAMES), bold()), (fit(&text, room), toned(Tone::Warn))];
        Row { rank: 1, line: spans(parts, columns) }
    };
    drifts.chain(holds).take(3).map(row).collect()
}
