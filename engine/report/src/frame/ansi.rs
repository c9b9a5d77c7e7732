//! A frame as text: each row with the SGR codes of its styles (ECMA-48, 8.3.117).

use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use crate::text::width;

/// The rows of a frame without trailing blanks and without line breaks; with colours or without.
#[must_use]
pub fn painted(frame: &Buffer, colours: bool) -> Vec<String> {
    (0..frame.area.height).map(|row| painted_row(frame, row, colours)).collect()
}

fn painted_row(frame: &Buffer, row: u16, colours: bool) -> String {
    let cells: Vec<_> = (0..frame.area.width).map(|column| &frame[(column, row)]).collect();
    let last = cells.iter().rposition(|cell| !cell.symbol().trim().is_empty());
    let shown = last.map_or(0, |last| last + 1);
    let (mut text, mut style, mut covered) = (String::new(), String::new(), 0);
    for cell in &cells[..shown] {
        // What a wide character covers is not written.
        if covered > 0 {
            covered -= 1;
            continue;
        }
        covered = width(cell.symbol()).saturating_sub(1);
        let codes = if colours { codes(cell.fg, cell.modifier) } else { String::new() };
        if codes != style {
            // Writing to a String cannot fail.
            let _ = write!(text, "\u{1b}[0{codes}m");
            style = codes;
        }
        text.push_str(cell.symbol());
    }
    if !style.is_empty() {
        text.push_str("\u{1b}[0m");
    }
    text
}

/// The codes of what frames use: bold, and a few colours of the sixteen.
fn codes(colour: Color, modifier: Modifier) -> String {
    let bold = if modifier.contains(Modifier::BOLD) { ";1" } else { "" };
    let colour = match colour {
        Color::Red => ";31",
        Color::Green => ";32",
        Color::Yellow => ";33",
        Color::Blue => ";34",
        Color::DarkGray => ";90",
        _ => "",
    };
    format!("{bold}{colour}")
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier, Style};

    use super::painted;

    #[test]
    fn a_row_has_its_colours_and_no_blanks_at_its_end() {
        let mut frame = Buffer::empty(Rect::new(0, 0, 12, 2));
        let bad = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
        frame.set_string(0, 0, "日本", Style::new());
        frame.set_string(5, 0, "bad", bad);
        assert_eq!(painted(&frame, true), ["日本 \u{1b}[0;1;31mbad\u{1b}[0m", ""]);
        assert_eq!(painted(&frame, false), ["日本 bad", ""]);
    }
}
