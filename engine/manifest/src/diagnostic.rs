//! What is wrong with a file, where, and what would be right: all of it at once.

use crate::source::{Position, Source, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is accepted; its author should know.
    Warning,
}

/// One thing to say about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable word for machines, for example `unknown-field`.
    pub code: &'static str,
    /// One sentence: what is wrong.
    pub title: String,
    /// Where.
    pub span: Span,
    /// What is said right below the place; may be empty.
    pub label: String,
    /// Another place that belongs to it, and what it has to do with it.
    pub related: Option<Box<(Span, String)>>,
    /// What would be right.
    pub helps: Vec<String>,
}

impl Diagnostic {
    /// Something that refuses the file.
    #[must_use]
    pub fn error(code: &'static str, span: Span, title: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Error,
            code,
            title: title.into(),
            span,
            label: String::new(),
            related: None,
            helps: Vec::new(),
        }
    }

    /// Something that the file's author should know.
    #[must_use]
    pub fn warning(code: &'static str, span: Span, title: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, title) }
    }

    /// The same, with words right below the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same, with what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }

    /// The same, with another place that belongs to it.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related = Some(Box::new((span, label.into())));
        self
    }
}

/// Everything there is to say about one file, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    source: Source,
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    pub(crate) fn new(source: &Source, mut items: Vec<Diagnostic>) -> Self {
        items.sort_by(|a, b| {
            (a.span.start, a.severity, a.code).cmp(&(b.span.start, b.severity, b.code))
        });
        items.dedup_by(|a, b| a.span == b.span && a.code == b.code && a.title == b.title);
        Diagnostics { source: source.clone(), items }
    }

    /// The file they are about.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// In the order of the file's lines.
    #[must_use]
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// Nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether one of them refuses the file.
    #[must_use]
    pub fn refuse(&self) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error)
    }

    /// Line and column of one of them.
    #[must_use]
    pub fn position(&self, item: &Diagnostic) -> Position {
        self.source.position(item.span.start)
    }

    /// The same, with what would be right for the problems of a code.
    pub(crate) fn helping(mut self, code: &str, help: &str) -> Self {
        for item in self.items.iter_mut().filter(|item| item.code == code) {
            item.helps.push(help.to_owned());
        }
        self
    }

    /// These and those, of the same file.
    #[must_use]
    pub fn and(mut self, others: Diagnostics) -> Self {
        self.items.extend(others.items);
        Diagnostics::new(&self.source, self.items)
    }
}

impl std::fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
