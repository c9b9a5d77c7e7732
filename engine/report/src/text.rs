//! Text in columns: what a stranger wrote made safe to print, cut with …, wrapped, padded.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Text of a gate or a cloud without what would move a cursor, ring or turn the line round.
pub(crate) fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

/// Columns it takes.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

fn char_width(c: char) -> usize {
    UnicodeWidthChar::width(c).unwrap_or(0)
}

/// At most so many columns; what is cut ends in ….
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let text = printable(text);
    if width(&text) <= columns {
        return text;
    }
    let mut left = columns.saturating_sub(1);
    let mut shown: String = text
        .chars()
        .take_while(|c| {
            let fits = char_width(*c) <= left;
            left = left.saturating_sub(char_width(*c));
            fits
        })
        .collect();
    if columns > 0 {
        shown.push('…');
    }
    shown
}

/// Exactly so many columns, filled with spaces.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let mut shown = fit(text, columns);
    let missing = columns.saturating_sub(width(&shown));
    shown.extend(std::iter::repeat_n(' ', missing));
    shown
}

/// Lines of at most so many columns, at most so many lines; a cut last line ends in ….
pub(crate) fn wrap(text: &str, columns: usize, most: usize) -> Vec<String> {
    let text = printable(text);
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace().flat_map(|word| pieces(word, columns)) {
        let Some(line) = lines.last_mut() else { break };
        let room = columns.saturating_sub(width(line));
        if line.is_empty() {
            line.push_str(&word);
        } else if width(&word) < room {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            let room = columns.saturating_sub(1);
            *last = if width(last) <= room { format!("{last}…") } else { fit(last, room) };
        }
    }
    lines
}

/// A word in pieces that fit; a unit stays with its number only by luck.
fn pieces(word: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in word.chars() {
        if used + char_width(c) > columns {
            pieces.push(String::new());
            used = 0;
        }
        used += char_width(c);
        pieces.iter_mut().last().into_iter().for_each(|piece| piece.push(c));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{fit, pad, printable, width, wrap};
    use proptest::prelude::*;

    #[test]
    fn what_is_too_long_is_cut_with_an_ellipsis() {
        assert_eq!(
            [fit("checkout", 8), fit("checkout", 5), fit("checkout", 1)],
            ["checkout", "chec…", "…"]
        );
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(pad("日本", 6), "日本  ");
        assert_eq!(fit("x", 0), "");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(wrap("one two three four", 7, 2), ["one two", "three…"]);
        assert_eq!(wrap("abcdefgh", 3, 9), ["abc", "def", "gh"]);
    }

    #[test]
    fn a_gate_cannot_move_the_cursor_or_turn_a_line_round() {
        let shown = printable("\u{1b}[2J\u{7}a\nb\u{202e}c");
        assert_eq!(shown, "\u{fffd}[2J\u{fffd}a b\u{fffd}c");
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_columns(text in ".{0,80}", columns in 0usize..40, most in 1usize..5) {
            prop_assert!(width(&fit(&text, columns)) <= columns);
            let lines = wrap(&text, columns.max(2), most);
            prop_assert!(lines.len() <= most);
            prop_assert!(lines.iter().all(|line| width(line) <= columns.max(2)), "{lines:?}");
        }
    }
}
