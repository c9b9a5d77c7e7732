//! Diagnostics as text, in the look of rustc: the line, the place, what would be right.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::source::Source;

/// More than this nobody reads; the rest is counted.
const MOST_SHOWN: usize = 50;

impl Diagnostics {
    /// All of them as text, with colours for a terminal or without for anything else.
    #[must_use]
    pub fn render(&self, colours: bool) -> String {
        let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
        let mut shown: Vec<String> = self
            .items()
            .iter()
            .take(MOST_SHOWN)
            .map(|item| renderer.render(&[group(self.source(), item)]))
            .collect();
        if self.items().len() > MOST_SHOWN {
            shown.push(format!("and {} more", self.items().len() - MOST_SHOWN));
        }
        shown.join("\n\n")
    }
}

fn group<'a>(source: &'a Source, item: &'a Diagnostic) -> Group<'a> {
    let level = match item.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let primary = AnnotationKind::Primary.span(item.span.clone());
    let primary = match item.label.as_str() {
        "" => primary,
        label => primary.label(label),
    };
    let related = item
        .related
        .iter()
        .map(|place| AnnotationKind::Context.span(place.0.clone()).label(place.1.as_str()));
    let snippet =
        Snippet::source(source.text()).path(source.name()).annotation(primary).annotations(related);
    level
        .primary_title(item.title.as_str())
        .id(item.code)
        .element(snippet)
        .elements(item.helps.iter().map(|help| Level::HELP.message(help.as_str())))
}
