//! A guest's words, made safe for a terminal.

/// The text cut to so many characters, control characters (which could steer a terminal) as
/// spaces.
pub(crate) fn printable(text: &str, chars: usize) -> String {
    text.chars().take(chars).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The text with line breaks and tabs kept and every other control character as a space, cut to so
/// many bytes at a character's end.
pub(crate) fn printable_lines(text: &str, bytes: usize) -> String {
    let mut lines = String::with_capacity(text.len().min(bytes));
    for c in text.chars() {
        let c = if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c };
        if lines.len() + c.len_utf8() > bytes {
            break;
        }
        lines.push(c);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{printable, printable_lines};

    #[test]
    fn a_terminal_is_not_steered() {
        assert_eq!(printable("a\u{1b}[31mb\r\nc", 20), "a [31mb  c");
        assert_eq!(printable_lines("a\u{9b}31m\nb\tc\0", 20), "a 31m\nb\tc ");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(printable("äöü", 2), "äö");
        assert_eq!(printable_lines("äöü", 5), "äö");
    }
}
