//! The lower part of the live view: tasks and targets of both sides, traffic, the last events.

use ratatui::style::Style;
use rollout::SideHealth;

use super::head::NAMES;
use super::{Row, bold, dim, gap, spans, toned};
use crate::clock::time_of_day;
use crate::numbers::traffic;
use crate::picture::Picture;
use crate::tell::{Told, Tone, health_text};
use crate::text::pad;

/// Of the last events these many are shown before any gap is.
const NEWEST: usize = 3;

pub(super) fn rows(picture: &Picture, columns: usize) -> Vec<Row> {
    let mut rows = vec![gap()];
    let sides = [("green", &picture.green, 3), ("blue", &picture.blue, 4)];
    for (name, health, rank) in sides {
        rows.extend(health.as_ref().map(|health| side(name, health, rank, columns)));
    }
    if let Some((_, canary, baseline)) = picture.traffic.newest {
        let text = format!("last minute green {}; blue {}", traffic(canary), traffic(baseline));
        rows.push(Row {
            rank: 5,
            line: spans([(pad("traffic", NAMES), bold()), (text, Style::new())], columns),
        });
    }
    rows.push(gap());
    rows.extend(events(&picture.told, columns));
    rows
}

fn side(name: &str, health: &SideHealth, rank: u8, columns: usize) -> Row {
    let tone = if health.may_serve() { Tone::Good } else { Tone::Bad };
    let sign = if health.may_serve() { "✓ " } else { "✗ " };
    let parts = [
        (pad(name, NAMES), bold()),
        (sign.to_owned(), toned(tone)),
        (health_text(health), Style::new()),
    ];
    Row { rank, line: spans(parts, columns) }
}

/// The newest events, oldest of them first; the older an event, the sooner it gives way.
fn events(told: &[Told], columns: usize) -> Vec<Row> {
    let shown = &told[told.len().saturating_sub(usize::from(u8::MAX / 2))..];
    let row = |(at, told): (usize, &Told)| {
        let age = shown.len() - 1 - at;
        let rank =
            if age < NEWEST { 5 } else { u8::try_from(age).unwrap_or(u8::MAX).saturating_add(8) };
        let parts = [
            (format!("{} ", time_of_day(told.at)), dim()),
            (pad(told.kind, NAMES), toned(told.tone)),
            (told.text.clone(), Style::new()),
        ];
        Row { rank, line: spans(parts, columns) }
    };
    shown.iter().enumerate().map(row).collect()
}
