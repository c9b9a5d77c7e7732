//! The text of a file and positions in it.

use std::ops::Range;
use std::sync::Arc;

/// Bytes of a file's text, end exclusive.
pub type Span = Range<usize>;

/// A file's name and text, shared by everything that points into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
}

/// Where something stands, as editors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
}

impl Source {
    /// `name` is what errors call the file.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        Source { name: Arc::from(name), text: Arc::from(text) }
    }

    /// What errors call the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words a span covers; empty when it lies outside the text.
    #[must_use]
    pub fn slice(&self, span: &Span) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Line and column of a byte; an offset past the end or inside a character is rounded down.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The part of a span on its first line, without trailing space, never empty where there is
    /// text: a block of fifty lines is pointed at by its head.
    #[must_use]
    pub fn head(&self, span: &Span) -> Span {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.floor_char_boundary(span.end.max(start));
        let line = self.text[start..end].split('\n').next().unwrap_or_default().trim_end();
        start..start + line.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_from_one() {
        let source = Source::new("f", "a: é\nbé: x\n");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position("a: é\nbé".len()), Position { line: 2, column: 3 });
        assert_eq!(source.position(1000), Position { line: 3, column: 1 });
    }

    #[test]
    fn a_block_is_pointed_at_by_its_first_line() {
        let source = Source::new("f", "a:\n  b: 1   \n  c: 2\n");
        assert_eq!(source.slice(&source.head(&(5..20))), "b: 1");
    }
}
