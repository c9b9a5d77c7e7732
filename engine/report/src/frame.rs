//! The live view: a picture drawn for a terminal of any size; the caller owns the terminal.

mod ansi;
mod gates;
mod head;
mod sides;

pub use ansi::painted;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use rollout::EpochS;

use crate::picture::Picture;
use crate::tell::Tone;
use crate::text::{fit, width};

/// A line and how soon it gives way when the terminal is low: the highest rank goes first.
struct Row {
    rank: u8,
    line: Line<'static>,
}

/// What never gives way.
const MUST: u8 = 0;
/// Lines that only part others.
const GAP: u8 = 7;

/// Draws the picture as of `now`, `columns` by `rows` cells; blank where there is nothing to say.
#[must_use]
pub fn frame(picture: &Picture, now: EpochS, columns: u16, rows: u16) -> Buffer {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    let at = now.max(picture.latest);
    let room = usize::from(columns);
    let mut all = head::rows(picture, at, room);
    all.extend(gates::rows(picture, at, room));
    all.extend(sides::rows(picture, room));
    let lines = kept(all, usize::from(area.height));
    for (y, row) in (0..area.height).zip(lines) {
        buffer.set_line(0, y, &row.line, columns);
    }
    buffer
}

/// The rows that fit, in their order: those of low rank, and of these the upper ones.
fn kept(rows: Vec<Row>, height: usize) -> Vec<Row> {
    let mut order: Vec<(u8, usize)> =
        rows.iter().enumerate().map(|(at, row)| (row.rank, at)).collect();
    order.sort_unstable();
    let mut keep = vec![false; rows.len()];
    for (_, at) in order.into_iter().take(height) {
        keep.iter_mut().skip(at).take(1).for_each(|it| *it = true);
    }
    rows.into_iter().zip(keep).filter_map(|(row, keep)| keep.then_some(row)).collect()
}

fn gap() -> Row {
    Row { rank: GAP, line: Line::default() }
}

fn bold() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

fn dim() -> Style {
    Style::new().fg(Color::DarkGray)
}

fn toned(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Good => Style::new().fg(Color::Green),
        Tone::Warn => Style::new().fg(Color::Yellow),
        Tone::Bad => Style::new().fg(Color::Red),
    }
}

/// Spans of at most so many columns together; what is cut ends in ….
fn spans(parts: impl IntoIterator<Item = (String, Style)>, columns: usize) -> Line<'static> {
    let mut left = columns;
    let mut line = Vec::new();
    for (text, style) in parts {
        let shown = fit(&text, left);
        left = left.saturating_sub(width(&shown));
        let is_cut = width(&shown) < width(&text);
        line.push(Span::styled(shown, style));
        if left == 0 || is_cut {
            break;
        }
    }
    Line::from(line)
}

/// A bar of so many columns, filled to a share between 0 and 1.
fn bar(share: f64, columns: usize) -> (String, String) {
    let full = (share.clamp(0.0, 1.0) * columns as f64).round() as usize;
    let full = full.min(columns);
    ("█".repeat(full), "░".repeat(columns - full))
}
